package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A linear head in training: its parameters, its momentum and its rows, in native memory.
 * <p>
 * The same rows, initial parameters and orders give the same bytes. Not thread-safe.
 */
public final class HeadFit implements AutoCloseable {

    private final TorchProgram program;
    private final TorchScope scope;
    private final int rowCount;
    private final int dimension;
    private final int labelCount;
    private final TorchValue rows;
    private final TorchValue labels;
    private final ByteBuffer order;
    private final TorchValue orderView;
    private final FloatBuffer parameters;
    private final TorchValue parametersView;
    private final FloatBuffer velocity;
    private final TorchValue velocityView;
    private final FloatBuffer labelWeights;
    private final TorchValue labelWeightsView;
    private final FloatBuffer gradient;
    private final TorchValue gradientView;
    private final float[] mean;
    private final float[] deviation;

    HeadFit(TorchProgram program, ByteBuffer rows, int dimension, int[] labels, int labelCount) {
        this.program = program;
        this.scope = program.openScope();
        this.rowCount = labels.length;
        this.dimension = dimension;
        this.labelCount = labelCount;
        this.rows = scope.float32View(rows, rowCount, dimension);
        this.labels = scope.int64(Arrays.stream(labels).asLongStream().toArray(), rowCount);
        this.order = allocate(rowCount);
        this.orderView = scope.int32View(order, rowCount);
        int parameterCount = Math.multiplyExact(labelCount, dimension + 1);
        ByteBuffer shared = allocate(parameterCount);
        this.parameters = shared.asFloatBuffer();
        this.parametersView = scope.float32View(shared, parameterCount);
        shared = allocate(parameterCount);
        this.velocity = shared.asFloatBuffer();
        this.velocityView = scope.float32View(shared, parameterCount);
        shared = allocate(parameterCount);
        this.gradient = shared.asFloatBuffer();
        this.gradientView = scope.float32View(shared, parameterCount);
        shared = allocate(labelCount);
        this.labelWeights = shared.asFloatBuffer();
        this.labelWeightsView = scope.float32View(shared, labelCount);
        weighLabels(ones(labelCount));
        this.mean = new float[dimension];
        this.deviation = ones(dimension);
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Zeros that Java and the engine share. */
    private static ByteBuffer allocate(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.nativeOrder());
    }

    /**
     * Gives every column of the rows mean 0 and (population) deviation 1, in place. A column whose deviation is at most a
     * millionth of its mean counts as constant: only its mean is taken away.
     */
    public void standardize() {
        try (TorchScope call = program.openScope()) {
            List<TorchValue> columns = call.elements(call.run("standardize", rows));
            columns.get(0).toFloatBuffer().get(mean);
            columns.get(1).toFloatBuffer().get(deviation);
        }
    }

    /** What {@link #standardize} subtracted from each column, [dimension]; zeros before. */
    public float[] mean() {
        return mean.clone();
    }

    /** What {@link #standardize} divided each column by, [dimension]; ones before. */
    public float[] deviation() {
        return deviation.clone();
    }

    /**
     * How much a sample counts by its label, [labels]; 1 each before.
     */
    public void weighLabels(float[] weights) {
        requireLength("label weights", weights.length, labelCount);
        labelWeights.put(0, weights);
    }

    /**
     * Sets the head to start from; the momentum starts at 0, so that a fit may be begun again.
     *
     * @param weight [labels, dimension], row-major
     * @param bias [labels]
     */
    public void initialize(float[] weight, float[] bias) {
        requireLength("weight", weight.length, labelCount * dimension);
        requireLength("bias", bias.length, labelCount);
        parameters.clear().put(weight).put(bias);
        velocity.put(0, new float[velocity.capacity()]);
    }

    /**
     * Sets the head, and gives the mean over all rows of its cross-entropy times the weight of the row's label.
     *
     * @param point weight, row-major, then bias
     * @param slope is filled with the gradient, laid out likewise
     */
    public double gradient(float[] point, float[] slope) {
        requireLength("point", point.length, parameters.capacity());
        requireLength("slope", slope.length, gradient.capacity());
        parameters.put(0, point);
        try (TorchScope call = program.openScope()) {
            double loss = call.run("gradient", rows, labels, labelWeightsView, parametersView, gradientView).toNumber();
            gradient.get(0, slope);
            return loss;
        }
    }

    /**
     * One pass of stochastic gradient descent over the rows, by the rule of {@code torch.optim.SGD} (no dampening, no Nesterov)
     * on the mean over each batch of the cross-entropy times the weight of the sample's label; weight and bias decay alike.
     *
     * @param permutation of the rows, in the order in which they are taken
     * @param batchSize rows in a step; the last step takes what is left
     */
    public EpochLoss epoch(int[] permutation, int batchSize, double learningRate, double momentum,
            double weightDecay) {
        requireLength("permutation", permutation.length, rowCount);
        order.asIntBuffer().put(permutation);
        try (TorchScope call = program.openScope()) {
            double[] sums = call.run("epoch", rows, labels, labelWeightsView, orderView, parametersView, velocityView,
                    call.integer(Math.min(batchSize, rowCount)), call.number(learningRate), call.number(momentum),
                    call.number(weightDecay)).toNumbers();
            return new EpochLoss(sums[0] / rowCount, sums[1] / rowCount);
        }
    }

    /** [labels, dimension], row-major: of the rows as they are now, so of standardized ones after {@link #standardize}. */
    public float[] weight() {
        float[] weight = new float[labelCount * dimension];
        parameters.get(0, weight);
        return weight;
    }

    /** [labels]. */
    public float[] bias() {
        float[] bias = new float[labelCount];
        parameters.get(labelCount * dimension, bias);
        return bias;
    }

    private static void requireLength(String what, int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException(what + " has " + length + " numbers (expected: " + expected + ")");
        }
    }

    /** Frees the native memory; the rows are the caller's again. */
    @Override
    public void close() {
        scope.close();
    }

    /**
     * What an epoch came to on the training rows, each measured before the step it took part in.
     *
     * @param loss mean cross-entropy, in which every sample counts alike
     * @param accuracy share answered right, 0 to 1; a tie counts as right
     */
    public record EpochLoss(double loss, double accuracy) {
    }
}
