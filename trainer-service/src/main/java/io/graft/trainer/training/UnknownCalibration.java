package io.graft.trainer.training;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.graft.backbone.HeadScores;
import io.graft.model.UnknownThreshold;

/**
 * Finds below which probability an answer counts as unknown: selective classification by the softmax response (Geifman and
 * El-Yaniv, Selective Classification for Deep Neural Networks, 2017).
 */
final class UnknownCalibration {

    private UnknownCalibration() {
    }

    /**
     * The lowest probability at which the answers at or above it are right as often as is asked for.
     *
     * @param labels of the rows
     * @param accuracy asked for, above 0, below 1
     * @return empty where no probability does that
     */
    static Optional<UnknownThreshold> threshold(HeadScores scores, int[] labels, double accuracy) {
        List<Integer> rows = IntStream.range(0, labels.length).boxed()
                .sorted(Comparator.comparing(scores::confidence).reversed()).toList();
        Optional<UnknownThreshold> lowest = Optional.empty();
        int rightCount = 0;
        for (int i = 0; i < rows.size(); i++) {
            int row = rows.get(i);
            rightCount += scores.prediction(row) == labels[row] ? 1 : 0;
            boolean lastOfEquals = i + 1 == rows.size() || scores.confidence(rows.get(i + 1)) < scores.confidence(row);
            double share = (double) rightCount / (i + 1);
            if (lastOfEquals && share >= accuracy) {
                lowest = Optional.of(new UnknownThreshold(scores.confidence(row), share, (i + 1.0) / rows.size()));
            }
        }
        return lowest;
    }
}
