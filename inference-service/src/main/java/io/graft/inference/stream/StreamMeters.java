package io.graft.inference.stream;

import org.apache.kafka.common.KafkaException;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What became of prediction requests, and what had to be done again for them. Every count begins at 0. */
final class StreamMeters {

    /** Why a request is tried again. */
    enum Reason {
        BUSY,
        MEMORY,
        BROKEN
    }

    private final Counter answered;
    private final Counter rejected;
    private final Counter busy;
    private final Counter memory;
    private final Counter broken;
    private final Counter busySetbacks;
    private final Counter brokerSetbacks;

    StreamMeters(MeterRegistry registry) {
        this.answered = registry.counter("graft.prediction.requests", "outcome", "answered");
        this.rejected = registry.counter("graft.prediction.requests", "outcome", "rejected");
        this.busy = registry.counter("graft.prediction.request.retries", "reason", "busy");
        this.memory = registry.counter("graft.prediction.request.retries", "reason", "memory");
        this.broken = registry.counter("graft.prediction.request.retries", "reason", "broken");
        this.busySetbacks = registry.counter("graft.prediction.request.setbacks", "reason", "busy");
        this.brokerSetbacks = registry.counter("graft.prediction.request.setbacks", "reason", "broker");
    }

    void committed(int answeredCount, int rejectedCount) {
        answered.increment(answeredCount);
        rejected.increment(rejectedCount);
    }

    void retried(Reason reason) {
        (switch (reason) {
            case BUSY -> busy;
            case MEMORY -> memory;
            case BROKEN -> broken;
        }).increment();
    }

    void wentBack(RuntimeException reason) {
        (reason instanceof KafkaException ? brokerSetbacks : busySetbacks).increment();
    }
}
