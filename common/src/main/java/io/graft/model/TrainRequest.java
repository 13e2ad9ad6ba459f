package io.graft.model;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;

import io.graft.event.Json;
import io.graft.id.BackboneId;
import io.graft.id.TrainRequestId;
import io.graft.problem.Problem;
import io.graft.tail.Depth;

/**
 * What someone asks of the trainer; {@code {}} takes every default.
 *
 * @param trainRequestId the same id is trained once; absent: every request counts
 * @param backbone whose features to train on; absent: the one that the task is bound to
 * @param depth how much of the network is trained; from the blocks on in the recipe's epochs and steps
 * @param blockLearningRate of the blocks' first epoch, above 0 and up to 1; the head's is the recipe's
 * @param validationFraction share of the samples without a {@code split} that are kept for validation, 0 up to but not 1
 * @param unknown absent: every answer counts as known
 * @param cause what made a training policy send it; it stands in the version too
 */
public record TrainRequest(Optional<TrainRequestId> trainRequestId, Optional<BackboneId> backbone, Depth depth,
        double blockLearningRate, Recipe recipe, double validationFraction, PromotionPolicy promotion,
        Optional<UnknownPolicy> unknown,
        Optional<TrainingCause> cause) {

    public static final double VALIDATION_FRACTION_DEFAULT = 0.2;
    public static final double BLOCK_LEARNING_RATE_DEFAULT = 0.001;
    /** What {@code {}} stands for. */
    public static final TrainRequest DEFAULT = new TrainRequest(Optional.empty(), Optional.empty(), Depth.HEAD,
            BLOCK_LEARNING_RATE_DEFAULT, Recipe.DEFAULT, VALIDATION_FRACTION_DEFAULT, PromotionPolicy.DEFAULT, Optional.empty(),
            Optional.empty());

    public TrainRequest {
        if (!(validationFraction >= 0 && validationFraction < 1)) {
            throw Problem.invalid("TRAIN_REQUEST_INVALID", "train request validationFraction is " + validationFraction
                    + " (expected: 0 up to but not 1)");
        }
        if (!(blockLearningRate > 0 && blockLearningRate <= 1)) {
            throw Problem.invalid("TRAIN_REQUEST_INVALID", "train request blockLearningRate is " + blockLearningRate
                    + " (expected: above 0, up to 1)");
        }
    }

    @JsonCreator
    static TrainRequest of(@Nullable TrainRequestId trainRequestId, @Nullable BackboneId backbone, @Nullable Depth depth,
            @Nullable Double blockLearningRate, @Nullable Recipe recipe, @Nullable Double validationFraction,
            @Nullable PromotionPolicy promotion, @Nullable UnknownPolicy unknown,
            @Nullable TrainingCause cause) {
        return new TrainRequest(Optional.ofNullable(trainRequestId), Optional.ofNullable(backbone),
                depth == null ? Depth.HEAD : depth,
                blockLearningRate == null ? BLOCK_LEARNING_RATE_DEFAULT : blockLearningRate,
                recipe == null ? Recipe.DEFAULT : recipe,
                validationFraction == null ? VALIDATION_FRACTION_DEFAULT : validationFraction,
                promotion == null ? PromotionPolicy.DEFAULT : promotion, Optional.ofNullable(unknown),
                Optional.ofNullable(cause));
    }

    /** The same request with the id and the cause that a training policy gives it. */
    public TrainRequest toTriggered(TrainRequestId id, TrainingCause seen) {
        return new TrainRequest(Optional.of(id), backbone, depth, blockLearningRate, recipe, validationFraction, promotion,
                unknown, Optional.of(seen));
    }

    /** Reads what a person sent. @throws Problem INVALID, naming the field */
    public static TrainRequest parse(byte[] json) {
        TrainRequest request = Json.readStrict(json, TrainRequest.class, "TRAIN_REQUEST_INVALID", "train request");
        request.promotion.requireConsistent();
        return request;
    }
}
