package io.graft.trainer.rest;

import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.graft.id.TaskId;
import io.graft.model.TrainingProgress;
import io.graft.problem.Problem;
import io.graft.trainer.history.RunHistory;
import io.graft.trainer.history.TrainingRun;
import io.graft.trainer.memory.TrainerMemory;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;

/**
 * The steps of training runs as they come, for whoever listens: at most {@value #STREAM_COUNT_MAX} at a time, each of which may
 * fall behind by at most {@value #STEPS_BEHIND_MAX} steps before it is cut off.
 */
@Singleton
class RunStreams {

    private static final int STREAM_COUNT_MAX = 200;
    private static final int STEPS_BEHIND_MAX = 1000;

    private final RunHistory runs;
    private final Semaphore places = new Semaphore(STREAM_COUNT_MAX);

    @Inject
    RunStreams(TrainerMemory memory) {
        this.runs = memory.runs();
    }

    /** Every step of a task's runs from now on; never ends. */
    Multi<TrainingProgress> ofTask(TaskId task) {
        return open(progress -> progress.task().equals(task), MultiEmitter::emit, emitter -> {
        });
    }

    /** Where a run stands and every step from there on; ends with the run. */
    Multi<TrainingProgress> ofRun(TrainingRun run) {
        return open(progress -> progress.trainingRunId().equals(run.trainingRunId()), RunStreams::emitToTheEnd, emitter -> {
            TrainingRun now = runs.find(run.task(), run.trainingRunId()).orElse(run);
            emitToTheEnd(emitter, now.toProgress());
        });
    }

    private Multi<TrainingProgress> open(Predicate<TrainingProgress> wanted,
            BiConsumer<MultiEmitter<? super TrainingProgress>, TrainingProgress> step,
            Consumer<MultiEmitter<? super TrainingProgress>> opening) {
        if (places.availablePermits() == 0) {
            throw tooMany();
        }
        return Multi.createFrom().<TrainingProgress> emitter(emitter -> {
            if (!places.tryAcquire()) {
                emitter.fail(tooMany());
                return;
            }
            RunHistory.Listener listener = progress -> {
                if (wanted.test(progress)) {
                    step.accept(emitter, progress);
                }
            };
            emitter.onTermination(() -> {
                runs.removeListener(listener);
                places.release();
            });
            runs.addListener(listener);
            opening.accept(emitter);
        }, STEPS_BEHIND_MAX);
    }

    private static Problem tooMany() {
        return Problem.busy("TRAINING_STREAMS_TOO_MANY",
                STREAM_COUNT_MAX + " streams of training runs are open (expected: fewer, or a GET from time to time)");
    }

    private static void emitToTheEnd(MultiEmitter<? super TrainingProgress> emitter, TrainingProgress progress) {
        emitter.emit(progress);
        if (progress.state().isFinal()) {
            emitter.complete();
        }
    }
}
