package io.graft.inference.metrics;

import java.util.HashSet;
import java.util.Set;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/** The meters that tell of one owner, such as a version: they carry its tags and leave the registry together. Thread-safe. */
public final class Series {

    private final MeterRegistry registry;
    private final Tags tags;
    private final boolean shared;
    private final Set<Meter> meters = new HashSet<>();
    private boolean closed;

    Series(MeterRegistry registry, Tags tags, boolean shared) {
        this.registry = registry;
        this.tags = tags;
        this.shared = shared;
    }

    /** Whether these are the ones of all owners that have none of their own. */
    public boolean isShared() {
        return shared;
    }

    public Counter add(Counter.Builder counter) {
        return keep(counter.tags(tags).register(registry));
    }

    public DistributionSummary add(DistributionSummary.Builder summary) {
        return keep(summary.tags(tags).register(registry));
    }

    public Timer add(Timer.Builder timer) {
        return keep(timer.tags(tags).register(registry));
    }

    public <T> Gauge add(Gauge.Builder<T> gauge) {
        return keep(gauge.tags(tags).register(registry));
    }

    /** What comes after the end, as from a request that has held the owner all the while, is not seen any more. */
    private synchronized <M extends Meter> M keep(M meter) {
        if (closed) {
            registry.remove(meter);
        } else {
            meters.add(meter);
        }
        return meter;
    }

    synchronized void close() {
        closed = true;
        meters.forEach(registry::remove);
        meters.clear();
    }
}
