package io.graft.inference.prediction;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.graft.problem.Problem;

/** How long somebody waits for an answer, and whether anybody still does. Thread-safe. */
public final class Patience {

    /** Longer than any service's own limit. */
    public static final Duration UNSAID = Duration.ofDays(1);

    private final long beginNanos;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile Duration limit;

    /**
     * Of a request that begins now.
     *
     * @param limit from the request to its answer; the service's own limit bounds it
     */
    public Patience(Duration limit) {
        this(limit, System.nanoTime());
    }

    /** @param beginNanos when the request had come, in the time of {@link System#nanoTime()} */
    public Patience(Duration limit, long beginNanos) {
        this.limit = limit;
        this.beginNanos = beginNanos;
    }

    /** What stands in the request itself, and is known once that is read; a longer limit changes nothing. */
    public void shorten(Duration said) {
        if (said.compareTo(limit) < 0) {
            limit = said;
        }
    }

    /** Whoever asked has gone: what waits for him leaves, and nothing further is begun. */
    public void end() {
        end.complete(null);
    }

    long beginNanos() {
        return beginNanos;
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
