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
 * @param missingSampleCount samples that it waits for
 * @param embeddedSampleCount of the samples that its backbone lacked, those that it has embedded
 * @param lackingSampleCount how many its backbone lacked
 * @param at when it last changed
 */
public record TrainingRun(TaskId task, TrainingRunId trainingRunId, TrainRequestId trainRequestId, TrainingState state,
        Optional<Long> missingSampleCount, Optional<Long> embeddedSampleCount, Optional<Long> lackingSampleCount,
        List<EpochResult> epochs, Optional<ModelVersion> version,
        Optional<TrainingProgress.RunError> error, Instant at) {

    public TrainingRun {
        epochs = List.copyOf(epochs);
    }

    static TrainingRun of(TrainingProgress progress) {
        return new TrainingRun(progress.task(), progress.trainingRunId(), progress.trainRequestId(), progress.state(),
                Optional.empty(), Optional.empty(), Optional.empty(), List.of(), progress.version(), progress.error(),
                progress.at()).after(progress);
    }

    /**
     * The run after one more step; a step back to an earlier state begins the epochs anew. A run that has ended stays as it is,
     * and one that is being cancelled stays so until it ends.
     */
    TrainingRun after(TrainingProgress progress) {
        if (state.isFinal()) {
            return this;
        }
        boolean cancelling = state == TrainingState.CANCELLING && !progress.state().isFinal();
        return new TrainingRun(task, trainingRunId, trainRequestId, cancelling ? state : progress.state(),
                progress.missingSampleCount(), progress.embeddedSampleCount(), progress.lackingSampleCount(),
                epochsAfter(progress), progress.version(), progress.error(), progress.at());
    }

    /** Where the run stands, with its last epoch. */
    public TrainingProgress toProgress() {
        Optional<EpochResult> last = epochs.isEmpty() ? Optional.empty() : Optional.of(epochs.get(epochs.size() - 1));
        return new TrainingProgress(task, trainingRunId, trainRequestId, state, missingSampleCount,
                embeddedSampleCount, lackingSampleCount,
                last.map(EpochResult::epoch), Optional.empty(), last.map(EpochResult::learningRate),
                last.map(EpochResult::trainLoss), last.map(EpochResult::trainAccuracy),
                last.flatMap(EpochResult::validationLoss), last.flatMap(EpochResult::validationAccuracy), version, error, at);
    }

    private List<EpochResult> epochsAfter(TrainingProgress progress) {
        List<EpochResult> known = new ArrayList<>(progress.state() == TrainingState.QUEUED
                || progress.state() == TrainingState.WAITING_FOR_SAMPLES
                || progress.state() == TrainingState.EMBEDDING_SAMPLES ? List.of() : epochs);
        if (progress.state() == TrainingState.RUNNING && progress.epoch().isPresent()) {
            int epoch = progress.epoch().get();
            known.removeIf(result -> result.epoch() >= epoch);
            known.add(new EpochResult(epoch, progress.learningRate().orElse(0.0), progress.trainLoss().orElse(0.0),
                    progress.trainAccuracy().orElse(0.0), progress.validationLoss(), progress.validationAccuracy()));
        }
        return known;
    }
}
