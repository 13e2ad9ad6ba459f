package io.graft.trainer.training;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

import io.graft.id.TaskId;
import io.graft.problem.Problem;

/** Looks between two pieces of work whether a run may go on: its time is not over, and nobody has given it up. */
public final class RunWatch {

    static final String TIME_EXCEEDED = "TRAINING_TIME_EXCEEDED";

    private final TaskId task;
    private final Duration timeMax;
    private final Optional<String> key;
    private final LongSupplier nanoTime;
    private final EpochListener listener;
    private final long startNanos;

    RunWatch(TaskId task, Duration timeMax, LongSupplier nanoTime, EpochListener listener) {
        this(task, timeMax, Optional.empty(), nanoTime, listener);
    }

    /**
     * Begins to watch.
     *
     * @param key of the configuration that has the limit, for whoever is told that it is over
     * @param nanoTime as {@link System#nanoTime}
     */
    public RunWatch(TaskId task, Duration timeMax, Optional<String> key, LongSupplier nanoTime, EpochListener listener) {
        this.task = task;
        this.timeMax = timeMax;
        this.key = key;
        this.nanoTime = nanoTime;
        this.listener = listener;
        this.startNanos = nanoTime.getAsLong();
    }

    /** Since the run began. */
    Duration taken() {
        return Duration.ofNanos(nanoTime.getAsLong() - startNanos);
    }

    /**
     * Ends the run when it must not go on.
     *
     * @param achieved what the time was spent on, as in {@code 3 of 25 epochs}
     * @throws Problem INVALID when the time is over, BUSY when the thread was interrupted; whatever the listener throws
     */
    public void requireToGoOn(String achieved) {
        listener.stepEnded();
        if (Thread.currentThread().isInterrupted()) {
            throw Problem.busy("TRAINING_GIVEN_UP", "training run of task '" + task + "' was given up");
        }
        Duration taken = taken();
        if (taken.compareTo(timeMax) > 0) {
            throw Problem.invalid(TIME_EXCEEDED,
                    "training run of task '" + task + "' has taken " + taken.toMillis() + " ms for "
                            + achieved + " (expected: at most " + timeMax.toMillis() + " ms"
                            + key.map(name -> ", " + name).orElse("") + ")");
        }
    }
}
