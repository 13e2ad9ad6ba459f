package io.graft.inference.rest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;

import io.graft.event.Json;
import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.explanation.Explanation;
import io.graft.inference.prediction.ExplainedPrediction;
import io.graft.inference.prediction.Prediction;
import io.graft.inference.prediction.Prediction.LabelProbability;
import io.graft.problem.Problem;

/** A prediction in the fields of {@link Prediction}, and why. */
public record ExplainedAnswer(String predictionId, TaskId task, ModelVersion version, BackboneId backbone,
        String label, float probability, Optional<Boolean> unknown, List<LabelProbability> probabilities, Instant at,
        Explanation explanation) {

    static ExplainedAnswer of(ExplainedPrediction explained) {
        Prediction prediction = explained.prediction();
        return new ExplainedAnswer(prediction.predictionId(), prediction.task(), prediction.version(), prediction.backbone(),
                prediction.label(), prediction.probability(), prediction.unknown(), prediction.probabilities(), prediction.at(),
                explained.explanation());
    }

    /** What a picture cannot say, beside it: of all labels only the one that is answered, and no numbers of the map. */
    record Header(String predictionId, TaskId task, ModelVersion version, String label, float probability,
            Optional<Boolean> unknown, Instant at, String explainedLabel, float largestContribution) {

        /** The name of the header. */
        static final String NAME = "Prediction";

        static Header of(ExplainedPrediction explained) {
            Prediction prediction = explained.prediction();
            return new Header(prediction.predictionId(), prediction.task(), prediction.version(), prediction.label(),
                    prediction.probability(), prediction.unknown(), prediction.at(), explained.explanation().label(),
                    explained.explanation().map().largest());
        }

        /** JSON in ASCII, as headers are. */
        String text() {
            try {
                return Json.LENIENT.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(this);
            } catch (JsonProcessingException e) {
                throw Problem.broken("JSON_UNWRITABLE", "header of a prediction cannot be written as JSON", e);
            }
        }
    }
}
