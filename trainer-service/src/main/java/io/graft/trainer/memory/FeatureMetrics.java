package io.graft.trainer.memory;

import java.util.concurrent.atomic.AtomicReference;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import io.graft.id.TaskId;
import io.graft.trainer.setup.TaskTags;
import io.graft.trainer.table.FeatureTable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** How many features each task has, and how many records were none. */
@Singleton
class FeatureMetrics implements FeatureTable.Listener {

    private final MeterRegistry registry;
    private final TaskTags tags;
    private final AtomicReference<@Nullable FeatureTable> features = new AtomicReference<>();

    @Inject
    FeatureMetrics(MeterRegistry registry, TaskTags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    void watch(FeatureTable table) {
        features.set(table);
    }

    @Override
    public void taskAdded(TaskId task) {
        String tag = tags.of(task);
        if (tag.equals(task.value())) {
            Gauge.builder("graft.features", () -> count(task)).tag("task", tag)
                    .description("Features in this replica's memory").register(registry);
        }
    }

    private int count(TaskId task) {
        FeatureTable table = features.get();
        return table == null ? 0 : table.featureCount(task);
    }

    @Override
    public void skipped(String code) {
        registry.counter("graft.features.skipped", "code", code).increment();
    }

    void rewritten() {
        registry.counter("graft.features.rewritten").increment();
    }
}
