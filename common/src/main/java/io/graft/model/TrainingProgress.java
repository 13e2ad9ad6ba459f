package io.graft.model;

import java.time.Instant;
import java.util.Optional;

import io.graft.event.Json;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.problem.Problem;

/**
 * One step of a training run: a state, or an epoch of the state {@code running}.
 *
 * @param missingSampleCount records of {@code labelled-samples} before the request that are still to be embedded, while the run
 *        waits for them
 * @param embeddedSampleCount of the samples that had no feature of the run's backbone, those that have one by now
 * @param lackingSampleCount how many had none
 * @param epochCount how many epochs the run will have
 * @param version of the model that came out, when it succeeded
 * @param error why it failed
 */
public record TrainingProgress(TaskId task, TrainingRunId trainingRunId, TrainRequestId trainRequestId, TrainingState state,
        Optional<Long> missingSampleCount, Optional<Long> embeddedSampleCount, Optional<Long> lackingSampleCount,
        Optional<Integer> epoch, Optional<Integer> epochCount, Optional<Double> learningRate,
        Optional<Double> trainLoss,
        Optional<Double> trainAccuracy, Optional<Double> validationLoss, Optional<Double> validationAccuracy,
        Optional<ModelVersion> version, Optional<RunError> error, Instant at) {

    /** Reads an event; fields that this release does not know are ignored. */
    public static TrainingProgress parse(byte[] json) {
        return Json.readLenient(json, TrainingProgress.class, "TRAINING_PROGRESS_INVALID", "training progress");
    }

    /** Why a run failed. */
    public record RunError(String code, String message) {

        static RunError of(Problem problem) {
            return new RunError(problem.code(), problem.sentence());
        }
    }

    /** A state that has nothing to say but itself. */
    public static TrainingProgress of(TaskId task, TrainingRunId run, TrainRequestId request, TrainingState state, Instant at) {
        return new TrainingProgress(task, run, request, state, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), at);
    }

    /** The same run, waiting for so many samples. */
    public TrainingProgress toWaiting(long missing, Instant now) {
        return new TrainingProgress(task, trainingRunId, trainRequestId, TrainingState.WAITING_FOR_SAMPLES,
                Optional.of(missing), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), now);
    }

    /** The same run, embedding samples that its backbone lacks. */
    public TrainingProgress toEmbedding(long embedded, long lacking, Instant now) {
        return new TrainingProgress(task, trainingRunId, trainRequestId, TrainingState.EMBEDDING_SAMPLES, Optional.empty(),
                Optional.of(embedded), Optional.of(lacking), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                now);
    }

    /** The same run in the state {@code running}, after an epoch; numbers that diverged are left out. */
    public TrainingProgress afterEpoch(EpochResult result, int count, Instant now) {
        return new TrainingProgress(task, trainingRunId, trainRequestId, TrainingState.RUNNING, Optional.empty(),
                Optional.empty(), Optional.empty(),
                Optional.of(result.epoch()), Optional.of(count), Optional.of(result.learningRate()), finite(result.trainLoss()),
                finite(result.trainAccuracy()), result.validationLoss().flatMap(TrainingProgress::finite),
                result.validationAccuracy().flatMap(TrainingProgress::finite), Optional.empty(), Optional.empty(), now);
    }

    /** The same run, ended with a model. */
    public TrainingProgress toSucceeded(ModelVersion made, Instant now) {
        return new TrainingProgress(task, trainingRunId, trainRequestId, TrainingState.SUCCEEDED, Optional.empty(),
                Optional.empty(), Optional.empty(), epoch,
                epochCount,
                learningRate, trainLoss, trainAccuracy, validationLoss, validationAccuracy, Optional.of(made),
                Optional.empty(), now);
    }

    /** The same run, ended without one. */
    public TrainingProgress toFailed(Problem problem, Instant now) {
        return new TrainingProgress(task, trainingRunId, trainRequestId, TrainingState.FAILED, Optional.empty(),
                Optional.empty(), Optional.empty(), epoch,
                epochCount,
                learningRate, trainLoss, trainAccuracy, validationLoss, validationAccuracy, Optional.empty(),
                Optional.of(RunError.of(problem)), now);
    }

    /** The same run, in a state that leaves the numbers as they are. */
    public TrainingProgress to(TrainingState next, Instant now) {
        return new TrainingProgress(task, trainingRunId, trainRequestId, next, Optional.empty(), Optional.empty(),
                Optional.empty(), epoch, epochCount,
                learningRate, trainLoss, trainAccuracy, validationLoss, validationAccuracy, Optional.empty(),
                Optional.empty(), now);
    }

    private static Optional<Double> finite(double value) {
        return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
    }
}
