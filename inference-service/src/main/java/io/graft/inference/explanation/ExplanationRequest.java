package io.graft.inference.explanation;

import java.util.Optional;

import io.graft.head.Head;
import io.graft.problem.Problem;

/**
 * What shall be explained.
 *
 * @param label whose activation map; absent: that of the label that is answered
 * @param picture whether it shall be drawn over the image
 */
public record ExplanationRequest(Optional<String> label, boolean picture) {

    private static final int NAMED_COUNT_MAX = 5;

    /**
     * Finds the label in the order of a head.
     *
     * @return absent: that of the label that is answered
     * @throws Problem INVALID {@code EXPLANATION_LABEL_UNKNOWN} when the head has no such label
     */
    public Optional<Integer> row(Head head) {
        return label.map(named -> {
            int row = head.labels().indexOf(named);
            if (row < 0) {
                throw Problem.invalid("EXPLANATION_LABEL_UNKNOWN", "label '" + named + "' is not one of the version's "
                        + head.labels().size() + " (expected: " + some(head) + ")");
            }
            return row;
        });
    }

    private static String some(Head head) {
        String named = String.join(", ", head.labels().stream().limit(NAMED_COUNT_MAX).toList());
        return head.labels().size() > NAMED_COUNT_MAX ? named + ", …" : named;
    }
}
