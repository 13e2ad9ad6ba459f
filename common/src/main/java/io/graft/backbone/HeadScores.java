package io.graft.backbone;

/** What a head answers to rows of features. */
public final class HeadScores {

    private final int[] predictions;
    private final float[] logProbabilities;

    HeadScores(int[] predictions, float[] logProbabilities) {
        this.predictions = predictions;
        this.logProbabilities = logProbabilities;
    }

    /** The likeliest label of a row; the first of equals. */
    public int prediction(int row) {
        return predictions[row];
    }

    /** Natural logarithm of the probability that the head gives to the row's own label; its negative is the cross-entropy. */
    public float logProbability(int row) {
        return logProbabilities[row];
    }
}
