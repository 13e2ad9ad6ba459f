package io.graft.model;

import io.graft.problem.Problem;

/** Mean and deviation of each number of the features that a head was trained on. Immutable. */
public final class FeatureDistribution {

    private final float[] mean;
    private final float[] deviation;

    /** Keeps the arrays, [dimension] each: the caller gives them away. */
    FeatureDistribution(float[] mean, float[] deviation) {
        for (int i = 0; i < mean.length; i++) {
            // Written so that NaN fails.
            if (!(Float.isFinite(mean[i]) && deviation[i] > 0 && Float.isFinite(deviation[i]))) {
                throw invalid("has mean " + mean[i] + " and deviation " + deviation[i] + " at " + i
                        + " (expected: finite numbers, the deviation above 0)");
            }
        }
        this.mean = mean;
        this.deviation = deviation;
    }

    static Problem invalid(String what) {
        return Problem.invalid("MODEL_FEATURE_STATISTICS_INVALID", "featureStatistics " + what);
    }

    /** [dimension]; a copy. */
    public float[] mean() {
        return mean.clone();
    }

    /** [dimension]; a copy. */
    public float[] deviation() {
        return deviation.clone();
    }

    /**
     * How far a feature is from the training features: the root of the mean square of its numbers, each counted in deviations
     * from its mean. About 1 for features like those; more for others.
     */
    public double distance(float[] feature) {
        double squares = 0;
        for (int i = 0; i < mean.length; i++) {
            double deviations = ((double) feature[i] - mean[i]) / deviation[i];
            squares += deviations * deviations;
        }
        return Math.sqrt(squares / mean.length);
    }
}
