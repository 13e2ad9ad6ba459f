package io.graft.inference.prediction;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;

/**
 * What a version answers to a content.
 *
 * @param predictionId names this answer, for whoever wants to say later that it was wrong
 * @param backbone whose features the version takes
 * @param label the most probable
 * @param probability of that label, 0 to 1
 * @param unknown whether the probability is below what the version takes for knowledge; absent where it has no such threshold
 * @param probabilities the most probable labels first, as many as were asked for
 */
public record Prediction(String predictionId, TaskId task, ModelVersion version, BackboneId backbone, String label,
        float probability, Optional<Boolean> unknown, List<LabelProbability> probabilities, Instant at) {

    public Prediction {
        probabilities = List.copyOf(probabilities);
    }

    /** One label's share. */
    public record LabelProbability(String label, float probability) {
    }
}
