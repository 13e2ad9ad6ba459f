package io.graft.inference.prediction;

import java.time.Duration;

import io.graft.problem.Problem;

/**
 * When a request has to be answered.
 *
 * @param limit how long it may take, waiting included
 * @param atNanos when that is over, in the time of {@link System#nanoTime()}
 * @param patience whether somebody still waits
 */
record Deadline(Duration limit, long atNanos, Patience patience) {

    /** The deadline of a request that begins now. */
    static Deadline in(Duration limit, Patience patience) {
        return new Deadline(limit, System.nanoTime() + limit.toNanos(), patience);
    }

    long remainingNanos() {
        return atNanos - System.nanoTime();
    }

    /**
     * What is said of a request that was not answered in time.
     *
     * @param stage what it waited for
     * @return BUSY {@code PREDICTION_TIMEOUT}
     */
    Problem missed(String stage) {
        return Problem.busy("PREDICTION_TIMEOUT", "prediction has waited " + limit.toMillis() + " ms for " + stage
                + " (expected: fewer requests at once, or more replicas)");
    }
}
