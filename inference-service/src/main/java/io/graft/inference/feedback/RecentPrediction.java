package io.graft.inference.feedback;

import java.time.Instant;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.prediction.Prediction;

/**
 * A prediction that feedback may come for.
 *
 * @param label that was answered
 */
record RecentPrediction(String predictionId, TaskId task, ModelVersion version, String label, Instant at,
        SamplePayload payload) {

    static RecentPrediction of(Prediction prediction, SamplePayload payload) {
        return new RecentPrediction(prediction.predictionId(), prediction.task(), prediction.version(), prediction.label(),
                prediction.at(), payload);
    }
}
