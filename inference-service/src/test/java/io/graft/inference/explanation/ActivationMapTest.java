package io.graft.inference.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.backbone.FeatureMaps;
import io.graft.head.Head;

class ActivationMapTest {

    /** Two maps of 2 × 3 places. */
    private static final FeatureMaps MAPS = new FeatureMaps(2, 3, new float[] { 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 12 });
    private static final Head HEAD = new Head(List.of("wren", "owl"), 2, new float[] { 1, 0, -1, 2 },
            new float[] { 0.5f, -0.5f });

    @Test
    void weighsTheMapsByTheRowOfTheLabel() {
        // When
        ActivationMap wren = ActivationMap.of(MAPS, HEAD, 0);
        ActivationMap owl = ActivationMap.of(MAPS, HEAD, 1);

        // Then
        assertThat(wren.values()).isEqualTo(List.of(List.of(1f, 2f, 3f), List.of(4f, 5f, 6f)));
        assertThat(owl.values()).isEqualTo(List.of(List.of(-1f, -2f, -3f), List.of(-4f, -5f, 18f)));
        assertThat(owl.largest()).isEqualTo(18);
    }

    @Test
    void hasTheLogitWithoutTheBiasForItsMean() {
        // When
        double mean = ActivationMap.of(MAPS, HEAD, 1).values().stream().flatMap(List::stream)
                .mapToDouble(Float::doubleValue).average().orElseThrow();

        // Then: the feature is (3.5, 2)
        assertThat(mean).isEqualTo(-3.5 + 2 * 2);
    }

    @Test
    void growsEvenlyBetweenTheCentresAndNotBeyondThem() {
        // Given
        ActivationMap map = ActivationMap.of(MAPS, HEAD, 0);

        // Then
        assertThat(map.at(0, 0)).isEqualTo(1);
        assertThat(map.at(1, 1)).isEqualTo(6);
        assertThat(map.at(0.5, 0.25)).isCloseTo(2, within(1e-9));
        assertThat(map.at(1 / 3.0, 0.25)).isCloseTo(1.5, within(1e-9));
        assertThat(map.at(0.5, 0.5)).isCloseTo(3.5, within(1e-9));
        assertThat(map.at(-1, 2)).isEqualTo(4);
    }

    @Test
    void takesOnlyMapsOfTheHeadAndRowsOfOneLength() {
        // Then
        assertThatThrownBy(() -> ActivationMap.of(new FeatureMaps(1, 1, new float[3]), HEAD, 0))
                .hasMessage("there are 3 feature maps (expected: 2, as the head takes them)");
        assertThatThrownBy(() -> new ActivationMap(List.of()))
                .hasMessage("activation map has no values (expected: at least 1 × 1)");
        assertThatThrownBy(() -> new ActivationMap(List.of(List.of(1f), List.of(1f, 2f))))
                .hasMessage("activation map has rows of several lengths (expected: 1)");
    }
}
