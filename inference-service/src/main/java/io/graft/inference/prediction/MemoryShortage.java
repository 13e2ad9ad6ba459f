package io.graft.inference.prediction;

import io.graft.problem.Problem;

/** Memory that one request did not get: the request's failure, and not the service's. */
final class MemoryShortage {

    private MemoryShortage() {
    }

    static Problem during(String work) {
        return Problem.busy("PREDICTION_MEMORY_SHORT", "there was no memory for " + work
                + " (expected: fewer or smaller inputs at once, or more memory)");
    }
}
