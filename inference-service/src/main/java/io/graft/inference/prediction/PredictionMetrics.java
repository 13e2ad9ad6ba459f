package io.graft.inference.prediction;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Singleton;

import io.graft.backbone.BackboneDescriptor;
import io.graft.id.BackboneId;
import io.graft.id.TaskId;
import io.graft.inference.metrics.OwnedMeters;
import io.graft.inference.metrics.Owners;
import io.graft.inference.serving.ModelCard;
import io.graft.model.ModelKey;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Predictions in the metrics of the contract. A task has a series only once a version of it answers, so that nobody can make
 * series by asking for names.
 */
@Singleton
final class PredictionMetrics implements PredictionListener, BackboneLoader.LoadListener {

    private static final Duration[] DURATIONS = { Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(20),
            Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(500),
            Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10) };
    private static final double[] BATCH_SIZES = { 1, 2, 4, 8, 16, 32, 64 };

    private final MeterRegistry registry;
    private final OwnedMeters<ModelKey, RequestMeters> requests;
    private final OwnedMeters<TaskId, Timer> durations;

    PredictionMetrics(MeterRegistry registry, Owners<ModelKey> versions, Owners<TaskId> tasks) {
        this.registry = registry;
        this.requests = versions.meters(RequestMeters::new);
        this.durations = tasks.meters(series -> series.add(Timer.builder("graft.prediction.duration")
                .description("From the end of a request's body to its answer, waiting included")
                .serviceLevelObjectives(DURATIONS)));
    }

    @Override
    public void predicted(ModelCard model, Outcome outcome, long nanos) {
        requests.of(model.key()).count(outcome);
        durations.of(model.task()).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Hears the passes of one backbone. */
    BatchListener batches(BackboneDescriptor backbone) {
        DistributionSummary sizes = DistributionSummary.builder("graft.prediction.batch.size")
                .description("Inputs in a forward pass").tag("backbone", backbone.id().value())
                .serviceLevelObjectives(BATCH_SIZES).register(registry);
        Timer forwards = Timer.builder("graft.backbone.forward").description("Forward pass of one batch")
                .tag("backbone", backbone.id().value()).serviceLevelObjectives(DURATIONS).register(registry);
        return (batchSize, nanos) -> {
            sizes.record(batchSize);
            forwards.record(nanos, TimeUnit.NANOSECONDS);
        };
    }

    @Override
    public void loaded(BackboneId backbone, boolean succeeded, long nanos) {
        Timer.builder("graft.backbone.load").description("Opening and warming a backbone in the background")
                .tag("backbone", backbone.value()).tag("outcome", succeeded ? "loaded" : "failed").register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Shows a backbone that is warm. */
    void bind(Batcher batcher, BackboneDescriptor backbone) {
        Gauge.builder("graft.prediction.queue.depth", batcher, Batcher::queueDepth).strongReference(true)
                .description("Inputs that wait for a forward pass").tag("backbone", backbone.id().value()).register(registry);
        Gauge.builder("graft.backbone.info", () -> 1).description("What the backbone runs on")
                .tag("backbone", backbone.id().value()).tag("precision", backbone.precision())
                .tag("device", backbone.device()).tag("sha256", backbone.sha256()).register(registry);
    }
}
