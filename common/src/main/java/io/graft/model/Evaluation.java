package io.graft.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * A head, measured on validation samples as it serves.
 *
 * @param sampleCount validation samples; 0 means that nothing was measured and the numbers are 0
 * @param accuracy share answered right, 0 to 1
 * @param accuracyInterval where the accuracy on all samples of this kind lies, with a confidence of 95 %: Wilson's score
 *        interval (1927); absent when nothing was measured
 * @param loss mean cross-entropy, in which every sample counts alike
 * @param expectedCalibrationError how far the probability of an answer is from its share of right ones, on average, 0 to 1:
 *        over 15 bins of equal width (Guo et al., On Calibration of Modern Neural Networks, 2017); absent likewise
 * @param temperature what the head's logits were divided by when it was trained; absent where that did not help
 * @param labels in the order of the head's rows
 * @param confusion [true label][predicted label], counts
 * @param warnings sentences about what the numbers do not say
 */
public record Evaluation(int sampleCount, double accuracy, Optional<Interval> accuracyInterval, double loss,
        Optional<Double> expectedCalibrationError, Optional<Double> temperature, List<LabelEvaluation> labels,
        List<List<Integer>> confusion, List<String> warnings) {

    public Evaluation {
        labels = List.copyOf(labels);
        confusion = confusion.stream().map(List::copyOf).toList();
        // An earlier release does not write them.
        warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }

    /** Without what earlier releases do not say. */
    public Evaluation(int sampleCount, double accuracy, double loss, List<LabelEvaluation> labels,
            List<List<Integer>> confusion) {
        this(sampleCount, accuracy, Optional.empty(), loss, Optional.empty(), Optional.empty(), labels, confusion, List.of());
    }

    /** The same numbers of a head whose logits were divided by a temperature. */
    public Evaluation withTemperature(double divisor) {
        return new Evaluation(sampleCount, accuracy, accuracyInterval, loss, expectedCalibrationError, Optional.of(divisor),
                labels, confusion, warnings);
    }

    /** The same with more warnings behind its own. */
    public Evaluation withWarnings(List<String> more) {
        return new Evaluation(sampleCount, accuracy, accuracyInterval, loss, expectedCalibrationError, temperature, labels,
                confusion, Stream.concat(warnings.stream(), more.stream()).toList());
    }

    /** Bounds of a share, 0 to 1. */
    public record Interval(double lower, double upper) {
    }

    /**
     * One label of the evaluation.
     *
     * @param precision of the samples answered with this label, the share that has it; 0 when none was
     * @param recall of the samples that have this label, the share answered with it; 0 when none has
     * @param f1 harmonic mean of the two; 0 when both are
     * @param sampleCount validation samples that have this label
     */
    public record LabelEvaluation(String label, double precision, double recall, double f1, int sampleCount) {

        public LabelEvaluation(String label, double precision, double recall, int sampleCount) {
            this(label, precision, recall, precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall),
                    sampleCount);
        }

        /** An earlier release does not write f1: it follows from the two others. */
        @JsonCreator
        static LabelEvaluation of(String label, double precision, double recall, int sampleCount) {
            return new LabelEvaluation(label, precision, recall, sampleCount);
        }
    }
}
