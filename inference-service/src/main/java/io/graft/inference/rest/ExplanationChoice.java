package io.graft.inference.rest;

import java.util.List;
import java.util.Optional;

import jakarta.ws.rs.core.MediaType;

import io.graft.inference.explanation.Explanation;
import io.graft.inference.explanation.ExplanationRequest;
import io.graft.problem.Problem;

/** Whether an answer is explained, and how: by the parameters and the types that its caller takes. */
final class ExplanationChoice {

    static final String PICTURE = "image/png";

    private static final MediaType PICTURE_TYPE = new MediaType("image", "png");

    private ExplanationChoice() {
    }

    /**
     * Reads what a caller wants.
     *
     * @param accepted the types that the caller takes, the dearest first
     * @throws Problem INVALID when the parameters contradict each other or there is no such explanation
     */
    static Optional<ExplanationRequest> of(Optional<String> explain, Optional<String> label, List<MediaType> accepted) {
        boolean picture = prefersPicture(accepted);
        if (explain.isEmpty()) {
            if (label.isPresent()) {
                throw Problem.invalid("EXPLANATION_INVALID",
                        "label '" + label.get() + "' is given and no explanation asked for (expected: explain=cam with it)");
            }
            if (picture) {
                throw Problem.invalid("EXPLANATION_MISSING",
                        "answer as image/png is an explanation (expected: explain=cam, or the type application/json)");
            }
            return Optional.empty();
        }
        if (!explain.get().equals(Explanation.METHOD)) {
            throw Problem.invalid("EXPLANATION_INVALID", "explain is '" + explain.get() + "' (expected: cam)");
        }
        return Optional.of(new ExplanationRequest(label, picture));
    }

    private static boolean prefersPicture(List<MediaType> accepted) {
        for (MediaType type : accepted) {
            if (type.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
                return false;
            }
            if (type.isCompatible(PICTURE_TYPE)) {
                return true;
            }
        }
        return false;
    }
}
