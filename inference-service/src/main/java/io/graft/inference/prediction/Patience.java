package io.graft.inference.prediction;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.graft.problem.Problem;

/** How long somebody waits for an answer, and whether anybody still does. Thread-safe. */
public final class Patience {

    /** Longer than any service's own limit. */
    public static final Duration UNSAID = Duration.ofDays(1);

    private final Duration limit;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /** @param limit from the request to its answer; the service's own limit bounds it */
    public Patience(Duration limit) {
        this.limit = limit;
    }

    /** Whoever asked has gone: what waits for him leaves, and nothing further is begun. */
    public void end() {
        end.complete(null);
    }

    Duration limit() {
        return limit;
    }

    boolean hasEnded() {
        return end.isDone();
    }

    /** Runs at the end, at once where it has come already. */
    void atEnd(Runnable work) {
        CompletableFuture<Void> unused = end.thenRun(work);
    }

    /** @throws Problem BUSY when nobody waits any more; nobody reads it either */
    void check() {
        if (hasEnded()) {
            throw cancelled();
        }
    }

    static Problem cancelled() {
        return Problem.busy("PREDICTION_CANCELLED", "nobody waits for this prediction any more");
    }
}
