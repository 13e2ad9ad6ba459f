package io.graft.inference.feedback;

import jakarta.inject.Singleton;

import io.graft.inference.metrics.OwnedMeters;
import io.graft.inference.metrics.Owners;
import io.graft.model.ModelKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** How often versions were right, by those who know. */
@Singleton
final class FeedbackMetrics {

    private final OwnedMeters<ModelKey, Counters> counters;
    private final MeterRegistry registry;

    private record Counters(Counter right, Counter wrong) {
    }

    FeedbackMetrics(Owners<ModelKey> versions, MeterRegistry registry) {
        this.registry = registry;
        this.counters = versions.meters(series -> new Counters(
                series.add(Counter.builder("graft.feedback").tag("answer", "right")),
                series.add(Counter.builder("graft.feedback").tag("answer", "wrong"))));
    }

    /** Feedback on a version's answer has come. */
    void judged(ModelKey version, boolean right) {
        Counters both = counters.of(version);
        (right ? both.right : both.wrong).increment();
    }

    /** What other replicas handed on is done with: samples of it, and dead letters. */
    void handedOn(int takenCount, int rejectedCount) {
        registry.counter("graft.prediction.feedback", "outcome", "taken").increment(takenCount);
        registry.counter("graft.prediction.feedback", "outcome", "rejected").increment(rejectedCount);
    }
}
