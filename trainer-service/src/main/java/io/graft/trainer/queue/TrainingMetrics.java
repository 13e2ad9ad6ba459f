package io.graft.trainer.queue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.EpochResult;
import io.graft.model.Verdict;
import io.graft.trainer.setup.TaskTags;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** Counts runs, once what they came to is written for good. */
@Singleton
class TrainingMetrics {

    private final MeterRegistry registry;
    private final TaskTags tags;
    private final Map<Tags, AtomicReference<Double>> epochs = new ConcurrentHashMap<>();
    private final Map<Tags, AtomicReference<Double>> losses = new ConcurrentHashMap<>();
    private final Map<Tags, AtomicReference<Double>> gates = new ConcurrentHashMap<>();
    private final Map<String, Meter> accuracies = new ConcurrentHashMap<>();

    @Inject
    TrainingMetrics(MeterRegistry registry, TaskTags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    void epoch(TaskId task, EpochResult epoch) {
        Tags tag = Tags.of("task", tags.of(task));
        set(epochs, tag, epoch.epoch(), value -> Gauge.builder("graft.training.epoch", value, AtomicReference::get)
                .description("The epoch that the task's last run has finished"));
        loss(tag, "training", Optional.of(epoch.trainLoss()));
        loss(tag, "validation", epoch.validationLoss());
    }

    private void loss(Tags tag, String samples, Optional<Double> loss) {
        set(losses, tag.and("samples", samples), loss.orElse(Double.NaN),
                value -> Gauge.builder("graft.training.loss", value, AtomicReference::get)
                        .description("Mean cross-entropy of the epoch that the task's last run has finished"));
    }

    void ended(TaskId task, String state, Duration took) {
        registry.counter("graft.training.runs", "task", tags.of(task), "state", state).increment();
        registry.timer("graft.training.run.duration", "task", tags.of(task)).record(took);
    }

    /** Samples that a run has embedded because its backbone lacked them. */
    void embeddedAgain(TaskId task, BackboneId backbone, int sampleCount) {
        registry.counter("graft.samples.embedded.again", "task", tags.of(task), "backbone", backbone.value())
                .increment(sampleCount);
    }

    /** A request that already has its version. */
    void duplicate() {
        registry.counter("graft.train.requests", "outcome", "duplicate").increment();
    }

    /** What the gate said; its numbers stay until it says something else of the task. */
    void judged(TaskId task, Verdict verdict) {
        String tag = tags.of(task);
        registry.counter("graft.promotions", "task", tag, "outcome", verdict.promoted() ? "promoted" : "refused").increment();
        gate(tag, "candidate", verdict.candidateAccuracy());
        gate(tag, "serving", verdict.servingAccuracy());
    }

    private void gate(String tag, String side, Optional<Double> accuracy) {
        set(gates, Tags.of("task", tag, "side", side), accuracy.orElse(Double.NaN),
                value -> Gauge.builder("graft.gate.accuracy", value, AtomicReference::get)
                        .description("Accuracy of the two versions that the gate compared last, on the same samples, 0 to 1"));
    }

    private void set(Map<Tags, AtomicReference<Double>> values, Tags tags, double value,
            Function<AtomicReference<Double>, Gauge.Builder<AtomicReference<Double>>> gauge) {
        values.computeIfAbsent(tags, key -> {
            AtomicReference<Double> held = new AtomicReference<>(value);
            gauge.apply(held).tags(tags).register(registry);
            return held;
        }).set(value);
    }

    /** The newest version's accuracy takes the place of the one before, so that versions do not pile up. */
    void accuracy(TaskId task, ModelVersion version, double accuracy) {
        String tag = tags.of(task);
        Meter old = accuracies.put(tag, Gauge.builder("graft.validation.accuracy", () -> accuracy)
                .tags("task", tag, "version", version.toString())
                .description("Accuracy of the task's newest version on its validation samples, 0 to 1").register(registry));
        if (old != null) {
            registry.remove(old);
        }
    }
}
