package io.graft.trainer.training;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.graft.backbone.HeadProgram;
import io.graft.backbone.HeadScores;
import io.graft.backbone.HeadScoring;
import io.graft.head.Head;
import io.graft.model.Evaluation;
import io.graft.model.Evaluation.LabelEvaluation;
import io.graft.model.UnknownPolicy;
import io.graft.model.UnknownThreshold;

/**
 * Measures heads on a set's validation samples: the one just trained and the one that serves, on the same rows, which are
 * features as the backbone makes them. Not thread-safe.
 */
public final class Evaluator implements AutoCloseable {

    private final List<String> setLabels;
    private final int[] rowLabels;
    private final @Nullable HeadScoring scoring;

    public Evaluator(HeadProgram program, TrainingSet set) {
        this(program, set.labels(), set.dimension(), set.validationRows(), set.validationLabels());
    }

    /**
     * Of samples that no set was made for.
     *
     * @param rows direct buffer of float32 in the machine's byte order, [rowLabels, dimension]
     * @param rowLabels of the rows, into labels
     */
    public Evaluator(HeadProgram program, List<String> labels, int dimension, ByteBuffer rows, int[] rowLabels) {
        this.setLabels = labels;
        this.rowLabels = rowLabels;
        this.scoring = rowLabels.length == 0 ? null : program.scoring(rows, dimension, rowLabels.length);
    }

    /** Validation samples. */
    int rowCount() {
        return rowLabels.length;
    }

    /** Losses and their derivatives when the logits of a head with the set's labels are multiplied, [3, rowCount]. */
    float[] scaled(Head head, double factor) {
        return scoring == null ? new float[0] : scoring.scaled(head.weight(), head.bias(), rowLabels, factor);
    }

    /** Measures a head that has the set's labels; empty without validation samples. */
    Optional<Score> score(Head head) {
        return scoring == null ? Optional.empty()
                : Optional.of(Score.of(scoring.score(head.weight(), head.bias(), rowLabels),
                        rowLabels));
    }

    /**
     * The lowest probability at which the answers at or above it are right as often as is asked for, on the validation samples;
     * empty without validation samples, or where no probability does that.
     *
     * @param head with the set's labels
     */
    public Optional<UnknownThreshold> threshold(Head head, UnknownPolicy policy) {
        if (scoring == null) {
            return Optional.empty();
        }
        HeadScores scores = scoring.score(head.weight(), head.bias(), rowLabels);
        return UnknownCalibration.threshold(scores, rowLabels, policy.accuracy());
    }

    /**
     * Measures a head, whose labels need not be the set's: they are matched by name. A sample whose label the head does not
     * have counts as answered wrong, at a loss of 87; such labels follow the head's own in the evaluation.
     *
     * @param head for features of the set's dimension
     */
    public Measured measure(Head head) {
        List<String> labels = Stream.concat(head.labels().stream(), setLabels.stream()).distinct().toList();
        int[][] confusion = new int[labels.size()][labels.size()];
        BitSet right = new BitSet();
        if (scoring == null) {
            return new Measured(new Evaluation(0, 0, Optional.empty(), 0, Optional.empty(), Optional.empty(),
                    byLabel(labels, confusion), boxed(confusion),
                    List.of("there are no validation samples: nothing was measured")), right);
        }
        int[] numbers = setLabels.stream().mapToInt(labels::indexOf).toArray();
        int[] expected = Arrays.stream(rowLabels).map(label -> numbers[label]).toArray();
        HeadScores scores = scoring.score(head.weight(), head.bias(), Arrays.stream(expected)
                .map(label -> label < head.labels().size() ? label : HeadScoring.UNKNOWN_LABEL).toArray());
        for (int row = 0; row < expected.length; row++) {
            confusion[expected[row]][scores.prediction(row)]++;
            right.set(row, expected[row] == scores.prediction(row));
        }
        Score score = Score.of(scores, expected);
        List<LabelEvaluation> byLabel = byLabel(labels, confusion);
        return new Measured(new Evaluation(expected.length, score.accuracy,
                Optional.of(Shares.interval(right.cardinality(), expected.length)), score.loss,
                Optional.of(Shares.calibrationError(scores, right, expected.length)), Optional.empty(), byLabel,
                boxed(confusion), warnings(byLabel)), right);
    }

    private List<String> warnings(List<LabelEvaluation> labels) {
        return labels.stream().filter(label -> label.sampleCount() == 0 && setLabels.contains(label.label()))
                .map(label -> "label '" + label.label() + "' has no validation sample: how well it is told was not measured")
                .toList();
    }

    private static List<LabelEvaluation> byLabel(List<String> labels, int[][] confusion) {
        return IntStream.range(0, labels.size()).mapToObj(label -> {
            int right = confusion[label][label];
            int sampleCount = Arrays.stream(confusion[label]).sum();
            int answered = Arrays.stream(confusion).mapToInt(counts -> counts[label]).sum();
            return new LabelEvaluation(labels.get(label), share(right, answered), share(right, sampleCount), sampleCount);
        }).toList();
    }

    private static double share(int count, int total) {
        return total == 0 ? 0 : (double) count / total;
    }

    private static List<List<Integer>> boxed(int[][] confusion) {
        return Arrays.stream(confusion).map(counts -> Arrays.stream(counts).boxed().toList()).toList();
    }

    /**
     * A head on the validation samples.
     *
     * @param loss mean cross-entropy
     * @param accuracy share answered right, 0 to 1
     */
    record Score(double loss, double accuracy) {

        static Score of(HeadScores scores, int[] expected) {
            double lossSum = 0;
            int rightCount = 0;
            for (int row = 0; row < expected.length; row++) {
                lossSum -= scores.logProbability(row);
                if (scores.prediction(row) == expected[row]) {
                    rightCount++;
                }
            }
            return new Score(lossSum / expected.length, (double) rightCount / expected.length);
        }
    }

    @Override
    public void close() {
        if (scoring != null) {
            scoring.close();
        }
    }
}
