package io.graft.trainer.queue;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.jboss.logging.Logger;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.store.ObjectStore;

/**
 * A store that is asked again while it does not answer, the more rarely the longer, up to a limit: a run that ended with the
 * first silence would train once more what it only could not store. Then it is BROKEN {@code OBJECT_STORE_AWAY}. For one
 * thread.
 */
final class PatientStore implements ObjectStore {

    private static final Logger LOG = Logger.getLogger(PatientStore.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final ObjectStore store;
    private final Duration limit;
    private final Runnable goingOn;

    /**
     * @param store stays open
     * @param limit how long a call is tried; a try that has begun goes on to its own end
     * @param goingOn called between tries, often; what it throws ends the waiting
     */
    PatientStore(ObjectStore store, Duration limit, Runnable goingOn) {
        this.store = store;
        this.limit = limit;
        this.goingOn = goingOn;
    }

    @Override
    public URI put(String name, byte[] bytes) {
        return call(() -> store.put(name, bytes));
    }

    @Override
    public byte[] get(URI uri, String sha256, long sizeBytes) {
        return call(() -> store.get(uri, sha256, sizeBytes));
    }

    private <T> T call(Supplier<T> call) {
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
                    throw Problem.broken("OBJECT_STORE_AWAY", e.sentence() + ", asked for " + limit
                            + " (expected: an answer within that time, graft.training.store-limit; another request trains "
                            + "again once it answers)", e);
                }
                LOG.warnf("Object store is asked again code=%s reason=%s", e.code(), e.sentence());
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

    @Override
    public void close() {
        // The store is another's.
    }
}
