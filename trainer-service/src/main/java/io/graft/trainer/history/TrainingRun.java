package io.graft.trainer.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.EpochResult;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;

/**
 * A training run as its progress tells it.
 *
 * @param at when it last changed
 */
public record TrainingRun(TaskId task, TrainingRunId trainingRunId, TrainRequestId trainRequestId, TrainingState state,
        List<EpochResult> epochs, Optional<ModelVersion> version, Optional<TrainingProgress.RunError> error, Instant at) {

    public TrainingRun {
        epochs = List.copyOf(epochs);
    }

    static TrainingRun of(TrainingProgress progress) {
        return new TrainingRun(progress.task(), progress.trainingRunId(), progress.trainRequestId(), progress.state(),
                List.of(),
                progress.version(), progress.error(), progress.at()).after(progress);
    }

    /** The run after one more step; a step back to an earlier state begins the epochs anew. */
    TrainingRun after(TrainingProgress progress) {
        List<EpochResult> known = new ArrayList<>(progress.state() == TrainingState.QUEUED
                || progress.state() == TrainingState.WAITING_FOR_SAMPLES ? List.of() : epochs);
        if (progress.state() == TrainingState.RUNNING && progress.epoch().isPresent()) {
            int epoch = progress.epoch().get();
            known.removeIf(result -> result.epoch() >= epoch);
            known.add(new EpochResult(epoch, progress.learningRate().orElse(0.0), progress.trainLoss().orElse(0.0),
                    progress.trainAccuracy().orElse(0.0), progress.validationLoss(), progress.validationAccuracy()));
        }
        return new TrainingRun(task, trainingRunId, trainRequestId, progress.state(), known, progress.version(),
                progress.error(), progress.at());
    }
}
