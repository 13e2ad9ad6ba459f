package io.graft.inference.serving;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;

import jakarta.inject.Singleton;

import io.graft.id.TaskId;
import io.graft.model.Promotion;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** What the table does, in the metrics of the contract. */
@Singleton
final class ServingMetrics implements ServingListener {

    private static final Duration[] SECONDS_TO_SERVING = { Duration.ofSeconds(1), Duration.ofSeconds(2),
            Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(1),
            Duration.ofMinutes(5), Duration.ofMinutes(30) };

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final ConcurrentMap<TaskId, AtomicReference<Roles>> rolesByTask = new ConcurrentHashMap<>();

    ServingMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
    }

    @Override
    public void swapped(Swap swap) {
        TaskId task = swap.promotion().task();
        swaps(task, "swapped");
        Timer.builder("graft.model.swap.duration")
                .description("From the record that made a swap possible to the new version answering")
                .register(registry).record(swap.duration());
        // A rollback or a promotion by hand says nothing about how fast a request became a model.
        if (swap.live() && swap.promotion().reason() == Promotion.Reason.GATE) {
            Duration age = Duration.between(swap.model().card().requestedAt(), clock.instant());
            Timer.builder("graft.request.to.serving")
                    .description("From the train request's timestamp to its version serving")
                    .tag("task", task.value()).serviceLevelObjectives(SECONDS_TO_SERVING)
                    .register(registry).record(age.isNegative() ? Duration.ZERO : age);
        }
    }

    @Override
    public void refused(TaskId task) {
        swaps(task, "refused");
    }

    /** A role that a task never had has no series; one that nobody has any more is 0. */
    @Override
    public void cast(TaskId task, Roles roles) {
        AtomicReference<Roles> current = rolesByTask.computeIfAbsent(task, id -> new AtomicReference<>(Roles.NONE));
        current.set(roles);
        gauge("graft.serving.version", task, current, now -> number(now.serving()));
        if (roles.canary().isPresent()) {
            gauge("graft.canary.version", task, current, now -> number(now.canary().map(CanaryModel::model)));
            gauge("graft.canary.percent", task, current, now -> now.canary().map(CanaryModel::percent).orElse(0.0));
        }
        if (roles.shadow().isPresent()) {
            gauge("graft.shadow.version", task, current, now -> number(now.shadow()));
        }
    }

    private void gauge(String name, TaskId task, AtomicReference<Roles> current, ToDoubleFunction<Roles> value) {
        Gauge.builder(name, current, reference -> value.applyAsDouble(reference.get())).tag("task", task.value())
                .register(registry);
    }

    private static double number(Optional<Model> model) {
        return model.map(held -> (double) held.card().version().number()).orElse(0.0);
    }

    private void swaps(TaskId task, String outcome) {
        registry.counter("graft.model.swaps", "task", task.value(), "outcome", outcome).increment();
    }
}
