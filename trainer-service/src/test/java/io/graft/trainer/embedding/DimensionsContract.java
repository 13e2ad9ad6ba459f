package io.graft.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.graft.id.TaskId;

/** What all dimensions of tasks do, wherever they are kept. */
abstract class DimensionsContract {

    static final TaskId BIRDS = new TaskId("birds");
    static final TaskId FISH = new TaskId("fish");

    abstract Dimensions dimensions();

    @Test
    void keepsTheFirst() {
        // Given
        assertThat(dimensions().settle(Map.of(BIRDS, 3))).isEqualTo(Map.of(BIRDS, 3));

        // When
        Map<TaskId, Integer> settled = dimensions().settle(Map.of(BIRDS, 2, FISH, 5));

        // Then
        assertThat(settled).isEqualTo(Map.of(BIRDS, 3, FISH, 5));
    }
}
