package io.graft.inference.prediction;

import io.graft.problem.Problem;

/** Memory that one request did not get: the request's failure, and not the service's. */
public final class MemoryShortage {

    public static final String CODE = "PREDICTION_MEMORY_SHORT";

    private MemoryShortage() {
    }

    /** A BUSY problem: the same request may find memory later. */
    public static Problem during(String work) {
        return Problem.busy(CODE, "there was no memory for " + work
                + " (expected: fewer or smaller inputs at once, or more memory)");
    }
}
