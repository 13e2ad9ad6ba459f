package io.graft.inference.serving;

import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import jakarta.inject.Singleton;

import io.graft.id.TaskId;
import io.graft.inference.metrics.OwnedMeters;
import io.graft.inference.metrics.Owners;
import io.graft.model.ModelKey;
import io.graft.model.Promotion;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** What the table does, in the metrics of the contract; and who of its tasks and versions may have series at all. */
@Singleton
final class ServingMetrics implements ServingListener {

    private final InstantSource clock;
    private final Owners<TaskId> tasks;
    private final Owners<ModelKey> versions;
    private final OwnedMeters<TaskId, TaskMeters> meters;
    private final Timer swaps;
    private final Map<Rejection, Counter> rejections = new EnumMap<>(Rejection.class);

    ServingMetrics(MeterRegistry registry, Owners<TaskId> tasks, Owners<ModelKey> versions, InstantSource clock) {
        this.clock = clock;
        this.tasks = tasks;
        this.versions = versions;
        this.meters = tasks.meters(TaskMeters::new);
        this.swaps = Timer.builder("graft.model.swap.duration")
                .description("From the promotion, or the verified version, to that version answering").register(registry);
        for (Rejection reason : Rejection.values()) {
            rejections.put(reason, Counter.builder("graft.serving.records.rejected")
                    .description("Records of model-ready and promotions that were passed over")
                    .tag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-')).register(registry));
        }
    }

    @Override
    public void swapped(Swap swap) {
        TaskMeters task = meters.of(swap.promotion().task());
        task.swaps("swapped");
        swaps.record(swap.duration());
        // A rollback or a promotion by hand says nothing about how fast a request became a model.
        if (swap.live() && swap.promotion().reason() == Promotion.Reason.GATE) {
            Duration age = Duration.between(swap.model().card().requestedAt(), clock.instant());
            task.toServing(age.isNegative() ? Duration.ZERO : age);
        }
    }

    @Override
    public void refused(TaskId task) {
        meters.of(task).swaps("refused");
    }

    @Override
    public void rejected(Rejection reason) {
        Objects.requireNonNull(rejections.get(reason)).increment();
    }

    /** A role that a task never had has no series; one that nobody has any more is 0. */
    @Override
    public void cast(TaskId task, Roles roles) {
        meters.of(task).cast(roles);
    }

    @Override
    public void entered(TaskId task) {
        tasks.enter(task);
    }

    @Override
    public void left(TaskId task) {
        tasks.leave(task);
    }

    /** A task's series begin before its first swap: what counts from 0 shows the first event too. */
    @Override
    public void loaded(ModelKey model) {
        versions.enter(model);
        TaskMeters unused = meters.of(model.task());
    }

    /** The first requests of a version would wait for its series. */
    @Override
    public void servesNext(ModelKey model) {
        versions.prepare(model);
    }

    @Override
    public void unloaded(ModelKey model) {
        versions.leave(model);
    }
}
