package io.graft.trainer.queue;

import java.net.URI;
import java.time.Duration;

import io.graft.problem.Problem;
import io.graft.store.ObjectStore;

/** A store that is asked again while it does not answer, up to a limit. Then it is BROKEN {@code OBJECT_STORE_AWAY}. */
final class PatientStore implements ObjectStore {

    private final ObjectStore store;
    private final Duration limit;
    private final Patience patience;

    /**
     * @param store stays open
     * @param limit how long a call is tried; a try that has begun goes on to its own end
     * @param goingOn called between tries, often; what it throws ends the waiting
     */
    PatientStore(ObjectStore store, Duration limit, Runnable goingOn) {
        this.store = store;
        this.limit = limit;
        this.patience = new Patience(limit, goingOn);
    }

    @Override
    public URI put(String name, byte[] bytes) {
        return patience.call(() -> store.put(name, bytes), this::away);
    }

    @Override
    public byte[] get(URI uri, String sha256, long sizeBytes) {
        return patience.call(() -> store.get(uri, sha256, sizeBytes), this::away);
    }

    private Problem away(Problem last) {
        return Problem.broken("OBJECT_STORE_AWAY", last.sentence() + ", asked for " + limit
                + " (expected: an answer within that time, graft.training.store-limit; another request trains again once it "
                + "answers)", last);
    }

    @Override
    public void close() {
        // The store is another's.
    }
}
