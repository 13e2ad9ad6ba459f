package io.graft.model;

import java.util.List;

/**
 * A head, measured on validation samples.
 *
 * @param sampleCount validation samples; 0 means that nothing was measured and the numbers are 0
 * @param accuracy share answered right, 0 to 1
 * @param loss mean cross-entropy
 * @param labels in the order of the head's rows
 * @param confusion [true label][predicted label], counts
 */
public record Evaluation(int sampleCount, double accuracy, double loss, List<LabelEvaluation> labels,
        List<List<Integer>> confusion) {

    public Evaluation {
        labels = List.copyOf(labels);
        confusion = confusion.stream().map(List::copyOf).toList();
    }

    /**
     * One label of the evaluation.
     *
     * @param precision of the samples answered with this label, the share that has it; 0 when none was
     * @param recall of the samples that have this label, the share answered with it; 0 when none has
     * @param sampleCount validation samples that have this label
     */
    public record LabelEvaluation(String label, double precision, double recall, int sampleCount) {
    }
}
