package io.graft.trainer.history;

import java.time.Instant;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.model.TrainingCause;

/**
 * The last request that a task's training policy has sent: a record of {@code training-triggers}, written together with that
 * request.
 */
public record TrainingTrigger(TaskId task, TrainRequestId trainRequestId, TrainingCause cause, Instant firedAt) {

    /**
     * What a policy sends when it sees this.
     * <p>
     * The same changes give the same id, so that two replicas that both see them ask for one version.
     */
    public static TrainingTrigger of(TaskId task, TrainingCause cause, Instant firedAt) {
        return new TrainingTrigger(task, new TrainRequestId("policy:" + task + ":" + cause.featuresUntil()), cause, firedAt);
    }

    static TrainingTrigger parse(byte[] json) {
        return Json.readLenient(json, TrainingTrigger.class, "TRAINING_TRIGGER_INVALID", "training trigger");
    }
}
