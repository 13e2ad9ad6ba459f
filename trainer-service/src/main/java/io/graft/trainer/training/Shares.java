package io.graft.trainer.training;

import java.util.BitSet;

import io.graft.backbone.HeadScores;
import io.graft.model.Evaluation.Interval;

/** What can be said of a share of right answers. */
final class Shares {

    private static final int BIN_COUNT = 15;
    /** The 97.5 % point of the normal distribution. */
    private static final double NORMAL_POINT = 1.959963984540054;

    private Shares() {
    }

    /**
     * Where a share lies with a confidence of 95 %, seen from a sample: Wilson's score interval (Probable Inference, the Law of
     * Succession, and Statistical Inference, 1927), which holds for small samples and shares near 1 too.
     */
    static Interval interval(int count, int total) {
        double share = (double) count / total;
        double squared = NORMAL_POINT * NORMAL_POINT / total;
        double centre = (share + squared / 2) / (1 + squared);
        double half = Math.sqrt(squared * (share * (1 - share) + squared / 4)) / (1 + squared);
        return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
    }

    /**
     * Expected calibration error: answers are put into bins by their probability, and the distances between a bin's mean
     * probability and its share of right answers are averaged by the bins' sizes (Guo et al., 2017).
     */
    static double calibrationError(HeadScores scores, BitSet right, int rowCount) {
        double[] excess = new double[BIN_COUNT];
        for (int row = 0; row < rowCount; row++) {
            int bin = Math.max(0, Math.min(BIN_COUNT, (int) Math.ceil(scores.confidence(row) * BIN_COUNT)) - 1);
            excess[bin] += scores.confidence(row) - (right.get(row) ? 1 : 0);
        }
        double sum = 0;
        for (double difference : excess) {
            sum += Math.abs(difference);
        }
        return sum / rowCount;
    }

    /**
     * McNemar's exact test: how likely two versions that are equally good differ at least as much on the samples that only one
     * of them answers right, which then fall to either like a coin; two-sided.
     */
    static double mcNemar(int onlyOne, int onlyOther) {
        int total = onlyOne + onlyOther;
        double logTerm = -total * Math.log(2);
        double tail = 0;
        for (int k = 0; k <= Math.min(onlyOne, onlyOther); k++) {
            tail += Math.exp(logTerm);
            logTerm += Math.log(total - k) - Math.log(k + 1);
        }
        return Math.min(1, 2 * tail);
    }
}
