package io.graft.inference.metrics;

import java.util.List;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** Makes the two kinds of owners out of the configuration. */
public final class OwnersBeans {

    private static final String TASK = "task";
    private static final String VERSION = "version";

    @Produces
    @Singleton
    Owners<TaskId> tasks(MetricsConfig config, MeterRegistry registry) {
        return tasks(registry, config.taskCountMax());
    }

    @Produces
    @Singleton
    Owners<ModelKey> versions(MetricsConfig config, MeterRegistry registry) {
        return versions(registry, config.versionCountMax());
    }

    /** The tasks of the table. */
    public static Owners<TaskId> tasks(MeterRegistry registry, int countMax) {
        return new Owners<>(registry, countMax, List.of(TASK), task -> Tags.of(TASK, task.value()));
    }

    /** The versions in memory. */
    public static Owners<ModelKey> versions(MeterRegistry registry, int countMax) {
        return new Owners<>(registry, countMax, List.of(TASK, VERSION),
                model -> Tags.of(TASK, model.task().value(), VERSION, model.version().toString()));
    }
}
