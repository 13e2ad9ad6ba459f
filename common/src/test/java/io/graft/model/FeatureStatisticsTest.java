package io.graft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

class FeatureStatisticsTest {

    @Test
    void countsInDeviationsFromTheMean() {
        // Given
        FeatureDistribution distribution = FeatureStatistics.of(new float[] { 1, -2 }, new float[] { 0.5f, 4 })
                .toDistribution(2);

        // When // Then
        assertThat(distribution.distance(new float[] { 1, -2 })).isZero();
        assertThat(distribution.distance(new float[] { 2, 2 })).isEqualTo(Math.sqrt((4 + 1) / 2.0), within(1e-9));
    }

    @Test
    void isAFiniteNumberForWhateverIsOne() {
        // Given
        FeatureDistribution distribution = FeatureStatistics
                .of(new float[] { -Float.MAX_VALUE }, new float[] { Float.MIN_VALUE }).toDistribution(1);

        // When // Then
        assertThat(distribution.distance(new float[] { Float.MAX_VALUE })).isFinite().isPositive();
    }

    @Test
    void isAboutOneForFeaturesLikeThose() {
        // Given
        Random random = new Random(7);
        FeatureDistribution distribution = FeatureStatistics.of(mean(512, 3), mean(512, 2)).toDistribution(512);
        float[] like = new float[512];
        float[] shifted = new float[512];
        for (int i = 0; i < like.length; i++) {
            like[i] = 3 + 2 * (float) random.nextGaussian();
            shifted[i] = like[i] + 4;
        }

        // When // Then
        assertThat(distribution.distance(like)).isBetween(0.9, 1.1);
        assertThat(distribution.distance(shifted)).isBetween(2.0, 2.5);
    }

    private static float[] mean(int dimension, float value) {
        float[] values = new float[dimension];
        Arrays.fill(values, value);
        return values;
    }

    @Test
    void refusesNumbersThatMeasureNothing() {
        FeatureStatistics narrow = FeatureStatistics.of(new float[] { 1 }, new float[] { 1 });
        assertThatThrownBy(() -> narrow.toDistribution(2))
                .hasMessage("featureStatistics mean has 4 bytes (expected: 2 float32 numbers)");
        assertThatThrownBy(() -> new FeatureStatistics("?", "?").toDistribution(1))
                .hasMessage("featureStatistics mean is not base64");
        assertThatThrownBy(() -> FeatureStatistics.of(new float[] { 1 }, new float[] { 0 }).toDistribution(1))
                .hasMessage(
                        "featureStatistics has mean 1.0 and deviation 0.0 at 0 (expected: finite numbers, the deviation above 0)");
        assertThatThrownBy(() -> FeatureStatistics.of(new float[] { Float.NaN }, new float[] { 1 }).toDistribution(1))
                .hasMessageContaining("mean NaN");
    }
}
