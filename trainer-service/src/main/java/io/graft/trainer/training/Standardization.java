package io.graft.trainer.training;

import java.util.List;

import io.graft.head.Head;

/** The affine map x ↦ (x - mean) / deviation that a head was trained behind. */
final class Standardization {

    private final float[] mean;
    private final float[] deviation;

    Standardization(float[] mean, float[] deviation) {
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * Folds the map into the head, in double: weight · (x - mean) / deviation + bias = (weight / deviation) · x + (bias -
     * weight · mean / deviation), so that the head that serves takes features as the backbone makes them.
     */
    Head fold(List<String> labels, float[] weight, float[] bias) {
        int dimension = mean.length;
        float[] foldedWeight = new float[weight.length];
        float[] foldedBias = new float[bias.length];
        for (int label = 0; label < bias.length; label++) {
            double shift = 0;
            for (int i = 0; i < dimension; i++) {
                double folded = (double) weight[label * dimension + i] / deviation[i];
                foldedWeight[label * dimension + i] = (float) folded;
                shift += folded * mean[i];
            }
            foldedBias[label] = (float) (bias[label] - shift);
        }
        return new Head(labels, dimension, foldedWeight, foldedBias);
    }

    /** The way back: of a head that takes features as the backbone makes them the weight for standardized ones. */
    float[] unfoldedWeight(Head head) {
        float[] weight = head.weight().clone();
        for (int i = 0; i < weight.length; i++) {
            weight[i] *= deviation[i % deviation.length];
        }
        return weight;
    }

    /** Likewise the bias. */
    float[] unfoldedBias(Head head) {
        float[] bias = head.bias().clone();
        for (int label = 0; label < bias.length; label++) {
            double shift = 0;
            for (int i = 0; i < mean.length; i++) {
                shift += (double) head.weight()[label * mean.length + i] * mean[i];
            }
            bias[label] += (float) shift;
        }
        return bias;
    }
}
