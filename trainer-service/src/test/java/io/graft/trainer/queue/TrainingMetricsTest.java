package io.graft.trainer.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.graft.id.TaskId;
import io.graft.model.EpochResult;
import io.graft.trainer.setup.TaskTags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class TrainingMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TrainingMetrics metrics = new TrainingMetrics(registry, new TaskTags());

    private double loss(String samples) {
        return registry.get("graft.training.loss").tags("task", "birds", "samples", samples).gauge().value();
    }

    @Test
    void showsTheLossOfTheLastEpoch() {
        // Given
        TaskId birds = new TaskId("birds");
        metrics.epoch(birds, new EpochResult(1, 0.1, 0.9, 0.5, Optional.of(0.8), Optional.of(0.6)));

        // When
        metrics.epoch(birds, new EpochResult(2, 0.1, 0.7, 0.5, Optional.of(0.75), Optional.of(0.6)));

        // Then
        assertThat(registry.get("graft.training.epoch").gauge().value()).isEqualTo(2);
        assertThat(loss("training")).isEqualTo(0.7);
        assertThat(loss("validation")).isEqualTo(0.75);
    }

    @Test
    void showsNoNumberWhereNothingIsKeptForValidation() {
        // When
        metrics.epoch(new TaskId("birds"), new EpochResult(1, 0.1, 0.9, 0.5, Optional.empty(), Optional.empty()));

        // Then
        assertThat(loss("validation")).isNaN();
    }
}
