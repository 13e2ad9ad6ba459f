package io.graft.inference.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * One kind of meters, made once for each owner and found again by a look into a map. Thread-safe.
 *
 * @param <K> names an owner
 * @param <M> its meters
 */
public final class OwnedMeters<K, M> {

    private final Owners<K> owners;
    private final Function<Series, M> meters;
    private final ConcurrentMap<K, Held<M>> byOwner = new ConcurrentHashMap<>();
    private volatile @Nullable M other;

    private record Held<M>(Series series, M meters) {
    }

    OwnedMeters(Owners<K> owners, Function<Series, M> meters) {
        this.owners = owners;
        this.meters = meters;
    }

    /** The owner's, or those that all without series of their own share. */
    public M of(K owner) {
        Held<M> held = byOwner.get(owner);
        if (held == null) {
            held = byOwner.computeIfAbsent(owner, this::make);
        }
        return held == null ? other() : held.meters;
    }

    /** Within the map's own lock for this owner: one that leaves meanwhile is dropped behind this. */
    private @Nullable Held<M> make(K owner) {
        if (!owners.admits(owner)) {
            return null;
        }
        Series series = owners.series(owner);
        return new Held<>(series, meters.apply(series));
    }

    private M other() {
        M shared = other;
        if (shared == null) {
            synchronized (this) {
                shared = other;
                if (shared == null) {
                    shared = meters.apply(owners.otherSeries());
                    other = shared;
                }
            }
        }
        return shared;
    }

    void drop(K owner) {
        Held<M> held = byOwner.remove(owner);
        if (held != null) {
            held.series.close();
        }
    }
}
