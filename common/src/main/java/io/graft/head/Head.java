package io.graft.head;

import java.util.List;

import io.graft.problem.Problem;

/**
 * A linear layer over features: logits = weight · feature + bias. Holds only finite numbers.
 * <p>
 * Immutable by convention: the arrays are shared with whoever made it, and nobody writes to them afterwards.
 */
public final class Head {

    public static final int LABEL_COUNT_MAX = 100_000;

    private final List<String> labels;
    private final int dimension;
    private final float[] weight;
    private final float[] bias;

    /**
     * @param labels what each row answers; distinct, in the order of the rows
     * @param dimension numbers in a feature
     * @param weight [labels, dimension], row-major
     * @param bias [labels]
     * @throws Problem INVALID when the shapes disagree or a number is not finite
     */
    public Head(List<String> labels, int dimension, float[] weight, float[] bias) {
        if (labels.isEmpty() || labels.size() > LABEL_COUNT_MAX) {
            throw invalid("has " + labels.size() + " labels (expected: 1 to " + LABEL_COUNT_MAX + ")");
        }
        if (labels.stream().distinct().count() != labels.size()) {
            throw invalid("has a label twice");
        }
        if (dimension < 1 || weight.length != (long) labels.size() * dimension) {
            throw invalid("has " + weight.length + " weights (expected: " + labels.size() + " × " + dimension + ")");
        }
        if (bias.length != labels.size()) {
            throw invalid("has " + bias.length + " biases (expected: " + labels.size() + ")");
        }
        requireFinite("weight", weight);
        requireFinite("bias", bias);
        this.labels = List.copyOf(labels);
        this.dimension = dimension;
        this.weight = weight;
        this.bias = bias;
    }

    public List<String> labels() {
        return labels;
    }

    public int dimension() {
        return dimension;
    }

    /** [labels, dimension], row-major. */
    public float[] weight() {
        return weight;
    }

    /** [labels]. */
    public float[] bias() {
        return bias;
    }

    private static void requireFinite(String name, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw invalid(name + "[" + i + "] is " + values[i] + " (expected: a finite number)");
            }
        }
    }

    private static Problem invalid(String what) {
        return Problem.invalid("HEAD_INVALID", "head " + what);
    }

    /** Softmax of the logits of one feature, [labels]; computed in double, the largest logit subtracted first. */
    public float[] probabilities(float[] feature) {
        if (feature.length != dimension) {
            throw invalid("takes features of " + dimension + " numbers, not of " + feature.length);
        }
        double[] logits = new double[bias.length];
        double largest = Double.NEGATIVE_INFINITY;
        for (int label = 0; label < bias.length; label++) {
            logits[label] = bias[label] + dot(label, feature);
            largest = Math.max(largest, logits[label]);
        }
        double sum = 0;
        for (int label = 0; label < logits.length; label++) {
            logits[label] = Math.exp(logits[label] - largest);
            sum += logits[label];
        }
        float[] probabilities = new float[logits.length];
        for (int label = 0; label < logits.length; label++) {
            probabilities[label] = (float) (logits[label] / sum);
        }
        return probabilities;
    }

    private double dot(int label, float[] feature) {
        int row = label * dimension;
        double even = 0;
        double odd = 0;
        int i = 0;
        for (; i + 1 < dimension; i += 2) {
            even += (double) weight[row + i] * feature[i];
            odd += (double) weight[row + i + 1] * feature[i + 1];
        }
        return i < dimension ? even + odd + (double) weight[row + i] * feature[i] : even + odd;
    }
}
