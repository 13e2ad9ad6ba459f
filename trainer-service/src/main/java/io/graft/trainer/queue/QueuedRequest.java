package io.graft.trainer.queue;

import java.time.Instant;
import java.util.Map;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.TrainRequest;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;

/**
 * A train request that was found valid, on the partition of its task: a record of {@code training-queue}.
 *
 * @param requestedAt timestamp of the train request
 * @param samplesUntil by partition of {@code labelled-samples}, the offset before which every sample belongs to this run
 */
record QueuedRequest(TaskId task, TrainingRunId trainingRunId, TrainRequestId trainRequestId, Instant requestedAt,
        TrainRequest request, Map<Integer, Long> samplesUntil) {

    QueuedRequest {
        samplesUntil = Map.copyOf(samplesUntil);
    }

    static QueuedRequest parse(byte[] json) {
        return Json.readLenient(json, QueuedRequest.class, "TRAINING_QUEUE_INVALID", "queued request");
    }

    TrainingProgress progress(TrainingState state, Instant at) {
        return TrainingProgress.of(task, trainingRunId, trainRequestId, state, at);
    }
}
