package io.graft.inference.rest;

import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Singleton;

import io.graft.inference.prediction.PredictionConfig;
import io.graft.problem.Problem;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What the bodies of all calls take together, those on their way included. Thread-safe. */
@Singleton
final class BodyMemory {

    private final long bytesMax;
    private final AtomicLong taken = new AtomicLong();

    BodyMemory(PredictionConfig config, MeterRegistry registry) {
        this.bytesMax = config.bodiesBytesMax();
        Gauge.builder("graft.bodies.bytes", taken, AtomicLong::get)
                .description("Memory of the bodies of calls, those on their way included").register(registry);
    }

    /** @throws Problem BUSY unless there is room for all of them */
    void take(int byteCount) {
        if (taken.addAndGet(byteCount) > bytesMax) {
            give(byteCount);
            throw Problem.busy("BODIES_TOO_LARGE", "the bodies of all calls on this replica would be over " + bytesMax
                    + " bytes (expected: fewer or smaller ones at once, or more replicas)");
        }
    }

    void give(long byteCount) {
        taken.addAndGet(-byteCount);
    }
}
