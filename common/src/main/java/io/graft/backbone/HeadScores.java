package io.graft.backbone;

/** What a head answers to rows of features. */
public final class HeadScores {

    private final int[] predictions;
    private final float[] logProbabilities;
    private final float[] confidences;

    HeadScores(int[] predictions, float[] logProbabilities, float[] confidences) {
        this.predictions = predictions;
        this.logProbabilities = logProbabilities;
        this.confidences = confidences;
    }

    /** The likeliest label of a row; the first of equals. */
    public int prediction(int row) {
        return predictions[row];
    }

    /** Natural logarithm of the probability that the head gives to the row's own label; its negative is the cross-entropy. */
    public float logProbability(int row) {
        return logProbabilities[row];
    }

    /** The probability that the head gives to its prediction, 0 to 1. */
    public float confidence(int row) {
        return confidences[row];
    }
}
