package io.graft.inference.feedback;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** The last predictions by id, bounded by bytes and by time: the oldest are forgotten. Thread-safe. */
final class RecentPredictions {

    /** What an entry costs beside its content, about. */
    static final int ENTRY_BYTES = 512;

    private final long bytesMax;
    private final Duration retention;
    private final InstantSource clock;
    private final Map<String, Entry> byId = new LinkedHashMap<>();
    private long bytes;

    /** @param judged whether feedback on it has been counted */
    private record Entry(RecentPrediction prediction, boolean judged) {

        long bytes() {
            return prediction.payload().sizeBytes() + ENTRY_BYTES;
        }
    }

    RecentPredictions(long bytesMax, Duration retention, InstantSource clock) {
        this.bytesMax = bytesMax;
        this.retention = retention;
        this.clock = clock;
    }

    synchronized void remember(RecentPrediction prediction) {
        Entry entry = new Entry(prediction, false);
        if (entry.bytes() > bytesMax) {
            return;
        }
        byId.put(prediction.predictionId(), entry);
        bytes += entry.bytes();
        forgetOldest();
    }

    synchronized Optional<RecentPrediction> find(String predictionId) {
        forgetOldest();
        return Optional.ofNullable(byId.get(predictionId)).map(Entry::prediction);
    }

    /** Whether this is the first feedback on a prediction: a correction of it does not count again. */
    synchronized boolean judge(String predictionId) {
        @Nullable
        Entry entry = byId.get(predictionId);
        if (entry == null || entry.judged) {
            return false;
        }
        byId.put(predictionId, new Entry(entry.prediction, true));
        return true;
    }

    synchronized int count() {
        return byId.size();
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Lets go what is too old, and the oldest of what is too much. */
    synchronized void forgetOldest() {
        Iterator<Entry> oldest = byId.values().iterator();
        while (oldest.hasNext()) {
            Entry entry = oldest.next();
            boolean expired = entry.prediction.at().plus(retention).isBefore(clock.instant());
            if (!expired && bytes <= bytesMax) {
                return;
            }
            bytes -= entry.bytes();
            oldest.remove();
        }
    }
}
