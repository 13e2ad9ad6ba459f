package io.graft.trainer.queue;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.jboss.logging.Logger;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

/**
 * Asks again while the answer is BUSY, the more rarely the longer, up to a limit: a run that ended with the first silence would
 * train once more what it only could not store, or compare. For one thread.
 */
final class Patience {

    private static final Logger LOG = Logger.getLogger(Patience.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration LIMIT_MIN = Duration.ofSeconds(1);
    private static final Duration LIMIT_MAX = Duration.ofDays(1);

    private final Duration limit;
    private final Runnable goingOn;

    /**
     * @param limit how long a call is tried; a try that has begun goes on to its own end
     * @param goingOn called between tries, often; what it throws ends the waiting
     */
    Patience(Duration limit, Runnable goingOn) {
        this.limit = limit;
        this.goingOn = goingOn;
    }

    /** The configured limit. @throws IllegalArgumentException when it is out of bounds */
    static Duration limit(TrainingConfig config) {
        Duration limit = config.storeLimit();
        if (limit.compareTo(LIMIT_MIN) < 0 || limit.compareTo(LIMIT_MAX) > 0) {
            throw new IllegalArgumentException(
                    "graft.training.store-limit is " + limit + " (expected: " + LIMIT_MIN + " to " + LIMIT_MAX + ")");
        }
        return limit;
    }

    /**
     * Calls until there is an answer, or another problem.
     *
     * @param over what the last BUSY problem is once the limit is over
     */
    <T> T call(Supplier<T> call, UnaryOperator<Problem> over) {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return call.get();
            } catch (Problem e) {
                goingOn.run();
                if (e.type() != ProblemType.BUSY) {
                    throw e;
                }
                if (System.nanoTime() + pause.toNanos() > deadlineNanos) {
                    throw over.apply(e);
                }
                LOG.warnf("Run asks again code=%s reason=%s", e.code(), e.sentence());
            }
            pause(pause);
            pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
        }
    }

    private void pause(Duration pause) {
        long endNanos = System.nanoTime() + pause.toNanos();
        while (System.nanoTime() < endNanos) {
            LockSupport.parkNanos(LOOK.toNanos());
            goingOn.run();
        }
    }
}
