package io.graft.inference.feedback;

import org.jspecify.annotations.Nullable;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/** Feedback on its way to the replica that remembers the prediction. */
record FeedbackEvent(String predictionId, TaskId task, String label) {

    FeedbackEvent {
        require("predictionId", predictionId);
        require("task", task);
        require("label", label);
    }

    private static void require(String field, @Nullable Object value) {
        if (value == null) {
            throw Problem.invalid("FEEDBACK_INVALID", "feedback has no field '" + field + "'");
        }
    }

    static FeedbackEvent parse(byte[] json) {
        return Json.readLenient(json, FeedbackEvent.class, "FEEDBACK_INVALID", "feedback");
    }
}
