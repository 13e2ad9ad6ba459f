package io.graft.inference.prediction;

import java.time.Duration;

import io.graft.problem.Problem;

/**
 * When a request has to be answered.
 *
 * @param serviceLimit of each request, waiting included
 * @param patience how long somebody waits, and whether somebody still does
 */
record Deadline(Duration serviceLimit, Patience patience) {

    long remainingNanos() {
        return patience.beginNanos() + limit().toNanos() - System.nanoTime();
    }

    private Duration limit() {
        Duration said = patience.limit();
        return said.compareTo(serviceLimit) < 0 ? said : serviceLimit;
    }

    /**
     * What is said of a request that was not answered in time.
     *
     * @param stage what it waited for
     * @return BUSY {@code PREDICTION_TIMEOUT}
     */
    Problem missed(String stage) {
        return Problem.busy("PREDICTION_TIMEOUT", "prediction has waited " + limit().toMillis() + " ms for " + stage
                + " (expected: fewer requests at once, or more replicas)");
    }
}
