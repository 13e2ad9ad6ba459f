package io.graft.trainer.memory;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Keys of records that were sent and have not been read yet; one that is not read after a while was not written. Not
 * thread-safe.
 */
final class PendingRecords<K> {

    private final long sendAgainNanos;
    private final Map<K, Long> sentAtNanos = new HashMap<>();

    PendingRecords(Duration sendAgain) {
        this.sendAgainNanos = sendAgain.toNanos();
    }

    /** Forgets the others: they have been read. */
    void retain(Set<K> pending) {
        sentAtNanos.keySet().retainAll(pending);
    }

    /** Whether a record is to be sent now, which is noted. */
    boolean send(K key) {
        long now = System.nanoTime();
        Long sent = sentAtNanos.get(key);
        if (sent != null && now - sent <= sendAgainNanos) {
            return false;
        }
        sentAtNanos.put(key, now);
        return true;
    }
}
