package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.head.Head;

class StandardizationTest {

    private static final Standardization MAP = new Standardization(new float[] { 3, -1 }, new float[] { 2, 0.5f });

    @Test
    void foldsItselfIntoAHead() {
        // When
        Head head = MAP.fold(List.of("ants", "bees"), new float[] { 1, 2, -1, 0 }, new float[] { 0.5f, 0 });
        // Then: 1 × (x - 3) / 2 + 2 × (y + 1) / 0.5 + 0.5, and -(x - 3) / 2
        assertThat(head.weight()).containsExactly(0.5f, 4, -0.5f, 0);
        assertThat(head.bias()).containsExactly(3, 1.5f);
    }

    @Test
    void takesItselfOutOfAHeadAgain() {
        // Given
        Head head = new Head(List.of("ants", "bees"), 2, new float[] { 0.3f, -0.7f, 1.1f, 2 }, new float[] { 0.2f, -0.4f });
        // When
        Head again = MAP.fold(head.labels(), MAP.unfoldedWeight(head), MAP.unfoldedBias(head));
        // Then
        assertThat(again.weight()).containsExactly(head.weight(), within(1e-6f));
        assertThat(again.bias()).containsExactly(head.bias(), within(1e-6f));
    }
}
