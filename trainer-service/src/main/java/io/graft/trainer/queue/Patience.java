package io.graft.trainer.queue;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.jboss.logging.Logger;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

/**
 * Asks again while the answer is BUSY, the more rarely the longer, for so long after the first such answer: a run that ended
 * with the first silence would train once more what it only could not store, or compare. For one thread.
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
    private final Clock clock;

    /** What time passes by. */
    interface Clock {

        Clock SYSTEM = new Clock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void park(long nanos) {
                LockSupport.parkNanos(nanos);
            }
        };

        long nanoTime();

        void park(long nanos);
    }

    /**
     * @param limit how long a call is tried after its first BUSY; work that went before is no silence, and a try that has begun
     *        goes on to its own end
     * @param goingOn called between tries, often; what it throws ends the waiting
     */
    Patience(Duration limit, Runnable goingOn) {
        this(limit, goingOn, Clock.SYSTEM);
    }

    Patience(Duration limit, Runnable goingOn, Clock clock) {
        this.limit = limit;
        this.goingOn = goingOn;
        this.clock = clock;
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

    Duration limit() {
        return limit;
    }

    /**
     * Calls until there is an answer, or another problem.
     *
     * @param over what the last BUSY problem is once the limit is over
     */
    <T> T call(Supplier<T> call, UnaryOperator<Problem> over) {
        OptionalLong busySinceNanos = OptionalLong.empty();
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return call.get();
            } catch (Problem e) {
                goingOn.run();
                if (e.type() != ProblemType.BUSY) {
                    throw e;
                }
                long nanos = clock.nanoTime();
                busySinceNanos = OptionalLong.of(busySinceNanos.orElse(nanos));
                if (nanos - busySinceNanos.getAsLong() + pause.toNanos() > limit.toNanos()) {
                    throw over.apply(e);
                }
                LOG.warnf("Run asks again code=%s reason=%s", e.code(), e.sentence());
            }
            pause(pause);
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
        }
    }

    private void pause(Duration pause) {
        long beginNanos = clock.nanoTime();
        while (clock.nanoTime() - beginNanos < pause.toNanos()) {
            clock.park(LOOK.toNanos());
            goingOn.run();
        }
    }
}
