package io.graft.model;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;

import io.graft.event.Json;
import io.graft.id.BackboneId;
import io.graft.id.TrainRequestId;
import io.graft.problem.Problem;

/**
 * What someone asks of the trainer; {@code {}} takes every default.
 *
 * @param trainRequestId the same id is trained once; absent: every request counts
 * @param backbone whose features to train on; absent: the one that the task is bound to
 * @param validationFraction share of the samples without a {@code split} that are kept for validation, 0 up to but not 1
 * @param unknown absent: every answer counts as known
 * @param cause what made a training policy send it; it stands in the version too
 */
public record TrainRequest(Optional<TrainRequestId> trainRequestId, Optional<BackboneId> backbone, Recipe recipe,
        double validationFraction, PromotionPolicy promotion, Optional<UnknownPolicy> unknown,
        Optional<TrainingCause> cause) {

    public static final double VALIDATION_FRACTION_DEFAULT = 0.2;
    /** What {@code {}} stands for. */
    public static final TrainRequest DEFAULT = new TrainRequest(Optional.empty(), Optional.empty(), Recipe.DEFAULT,
            VALIDATION_FRACTION_DEFAULT, PromotionPolicy.DEFAULT, Optional.empty(), Optional.empty());

    public TrainRequest {
        if (!(validationFraction >= 0 && validationFraction < 1)) {
            throw Problem.invalid("TRAIN_REQUEST_INVALID", "train request validationFraction is " + validationFraction
                    + " (expected: 0 up to but not 1)");
        }
    }

    @JsonCreator
    static TrainRequest of(@Nullable TrainRequestId trainRequestId, @Nullable BackboneId backbone, @Nullable Recipe recipe,
            @Nullable Double validationFraction, @Nullable PromotionPolicy promotion, @Nullable UnknownPolicy unknown,
            @Nullable TrainingCause cause) {
        return new TrainRequest(Optional.ofNullable(trainRequestId), Optional.ofNullable(backbone),
                recipe == null ? Recipe.DEFAULT : recipe,
                validationFraction == null ? VALIDATION_FRACTION_DEFAULT : validationFraction,
                promotion == null ? PromotionPolicy.DEFAULT : promotion, Optional.ofNullable(unknown),
                Optional.ofNullable(cause));
    }

    /** The same request with the id and the cause that a training policy gives it. */
    public TrainRequest toTriggered(TrainRequestId id, TrainingCause seen) {
        return new TrainRequest(Optional.of(id), backbone, recipe, validationFraction, promotion, unknown, Optional.of(seen));
    }

    /** Reads what a person sent. @throws Problem INVALID, naming the field */
    public static TrainRequest parse(byte[] json) {
        TrainRequest request = Json.readStrict(json, TrainRequest.class, "TRAIN_REQUEST_INVALID", "train request");
        request.promotion.requireConsistent();
        return request;
    }
}
