package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.metrics.OwnersBeans;
import io.graft.model.ModelKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class ServingMetricsTest {

    private static final TaskId BIRDS = new TaskId("birds");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ServingMetrics metrics = new ServingMetrics(registry, OwnersBeans.tasks(registry, 1),
            OwnersBeans.versions(registry, 1), () -> Instant.EPOCH);

    @Test
    void beginsTheTimeToServingOfATaskAtNoneBeforeItsFirstSwap() {
        // Given
        metrics.entered(BIRDS);

        // When
        metrics.loaded(new ModelKey(BIRDS, new ModelVersion(1)));

        // Then
        assertThat(counts()).containsExactly("birds 0");
    }

    @Test
    void endsItWithTheTask() {
        // Given
        metrics.entered(BIRDS);
        metrics.loaded(new ModelKey(BIRDS, new ModelVersion(1)));

        // When
        metrics.left(BIRDS);

        // Then
        assertThat(counts()).isEmpty();
    }

    @Test
    void countsThePassedOverRecordsByReasonFromNoneOn() {
        // When
        metrics.rejected(Rejection.TASK_COUNT);
        metrics.rejected(Rejection.TASK_COUNT);
        metrics.rejected(Rejection.UNREADABLE);

        // Then
        assertThat(registry.find("graft.serving.records.rejected").counters())
                .extracting(counter -> counter.getId().getTag("reason") + " " + counter.count())
                .containsExactlyInAnyOrder("task-count 2.0", "unreadable 1.0", "promoted-task-count 0.0");
    }

    private List<String> counts() {
        return registry.find("graft.request.to.serving").timers().stream()
                .map(timer -> timer.getId().getTag("task") + " " + timer.count()).toList();
    }
}
