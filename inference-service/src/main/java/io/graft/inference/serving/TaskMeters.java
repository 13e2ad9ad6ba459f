package io.graft.inference.serving;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

import io.graft.inference.metrics.Series;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;

/** What the table does with one task. It is told by the table's writers only, which take turns. */
final class TaskMeters {

    private static final Duration[] SECONDS_TO_SERVING = { Duration.ofSeconds(1), Duration.ofSeconds(2),
            Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(1),
            Duration.ofMinutes(5), Duration.ofMinutes(30) };

    private final Series series;
    private final Timer requestToServing;
    private final Map<String, Counter> swaps = new HashMap<>();
    private final Set<Role> shown = EnumSet.noneOf(Role.class);
    private volatile Roles roles = Roles.NONE;

    /** What has gauges of its own. */
    private enum Role {
        SERVING,
        CANARY,
        SHADOW
    }

    TaskMeters(Series series) {
        this.series = series;
        this.requestToServing = series.add(Timer.builder("graft.request.to.serving")
                .description("From the train request's timestamp to its version serving")
                .serviceLevelObjectives(SECONDS_TO_SERVING));
    }

    void swaps(String outcome) {
        swaps.computeIfAbsent(outcome, name -> series.add(Counter.builder("graft.model.swaps").tag("outcome", name)))
                .increment();
    }

    void toServing(Duration age) {
        requestToServing.record(age);
    }

    /** Tasks that share their series have no version in common: there the gauges would say nothing. */
    void cast(Roles next) {
        roles = next;
        if (series.isShared()) {
            return;
        }
        if (shown.add(Role.SERVING)) {
            add(Gauge.builder("graft.serving.version", this, value(now -> number(now.serving()))));
        }
        if (next.canary().isPresent() && shown.add(Role.CANARY)) {
            add(Gauge.builder("graft.canary.version", this, value(now -> number(now.canary().map(CanaryModel::model)))));
            add(Gauge.builder("graft.canary.percent", this,
                    value(now -> now.canary().map(CanaryModel::percent).orElse(0.0))));
        }
        if (next.shadow().isPresent() && shown.add(Role.SHADOW)) {
            add(Gauge.builder("graft.shadow.version", this, value(now -> number(now.shadow()))));
        }
    }

    private void add(Gauge.Builder<TaskMeters> gauge) {
        Gauge unused = series.add(gauge);
    }

    private static ToDoubleFunction<TaskMeters> value(ToDoubleFunction<Roles> value) {
        return meters -> value.applyAsDouble(meters.roles);
    }

    private static double number(Optional<Model> model) {
        return model.map(held -> (double) held.card().version().number()).orElse(0.0);
    }
}
