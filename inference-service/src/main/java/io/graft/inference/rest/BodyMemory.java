package io.graft.inference.rest;

import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.graft.inference.prediction.PredictionConfig;
import io.graft.problem.Problem;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;

/** The bytes of all bodies in memory together, those on their way included. Thread-safe. */
@Singleton
final class BodyMemory {

    private final long bytesMax;
    private final AtomicLong taken = new AtomicLong();

    BodyMemory(PredictionConfig config, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize bodySizeMax,
            MeterRegistry registry) {
        this.bytesMax = config.bodiesBytesMax();
        if (bytesMax < bodySizeMax.asLongValue()) {
            throw new IllegalArgumentException("graft.prediction.bodies-bytes-max is " + bytesMax
                    + " (expected: at least quarkus.http.limits.max-body-size, " + bodySizeMax.asLongValue() + ")");
        }
        Gauge.builder("graft.bodies.bytes", taken, AtomicLong::get)
                .description("Bodies of calls in memory, those on their way included").register(registry);
    }

    /** Takes room for further bytes, where there is room for all of them. */
    boolean take(int byteCount) {
        if (taken.addAndGet(byteCount) <= bytesMax) {
            return true;
        }
        give(byteCount);
        return false;
    }

    void give(int byteCount) {
        taken.addAndGet(-byteCount);
    }

    Problem full() {
        return Problem.busy("BODIES_TOO_LARGE", "the bodies of all calls on this replica would be over " + bytesMax
                + " bytes (expected: fewer or smaller ones at once, or more replicas)");
    }
}
