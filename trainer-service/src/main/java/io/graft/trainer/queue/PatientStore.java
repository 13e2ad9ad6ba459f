package io.graft.trainer.queue;

import java.net.URI;

import io.graft.problem.Problem;
import io.graft.store.ObjectStore;

/** A store that is asked again while it does not answer, up to a limit. Then it is BROKEN {@code OBJECT_STORE_AWAY}. */
final class PatientStore implements ObjectStore {

    private final ObjectStore store;
    private final Patience patience;

    /**
     * @param store stays open
     * @param patience asks it
     */
    PatientStore(ObjectStore store, Patience patience) {
        this.store = store;
        this.patience = patience;
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
        return Problem.broken("OBJECT_STORE_AWAY", last.sentence() + ", asked for " + patience.limit()
                + " (expected: an answer within that time, graft.training.store-limit; another request trains again once it "
                + "answers)", last);
    }

    @Override
    public void close() {
        // The store is another's.
    }
}
