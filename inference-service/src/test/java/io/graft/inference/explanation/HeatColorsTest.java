package io.graft.inference.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HeatColorsTest {

    private static final int STEP_COUNT = 255;

    @Test
    void goFromDarkVioletOverRedToLightYellow() {
        // Given
        int least = HeatColors.rgb(0);
        int middle = HeatColors.rgb(0.5);
        int most = HeatColors.rgb(1);

        // Then
        assertThat(blue(least)).isGreaterThan(red(least)).isGreaterThan(green(least));
        assertThat(red(middle)).isGreaterThan(2 * green(middle)).isGreaterThan(2 * blue(middle));
        assertThat(red(most)).isGreaterThan(2 * blue(most));
        assertThat(green(most)).isGreaterThan(2 * blue(most));
        assertThat(luminance(most)).isGreaterThan(10 * luminance(least));
    }

    @Test
    void growLighterWithEveryShare() {
        // Then
        for (int step = 1; step <= STEP_COUNT; step++) {
            assertThat(luminance(HeatColors.rgb((double) step / STEP_COUNT))).as("share %s / %s", step, STEP_COUNT)
                    .isGreaterThanOrEqualTo(luminance(HeatColors.rgb((step - 1.0) / STEP_COUNT)) - 0.002);
        }
        assertThat(luminance(HeatColors.rgb(0.5))).isCloseTo(0.2, within(0.1));
    }

    @Test
    void areTheOutermostBeyondTheShares() {
        // Then
        assertThat(HeatColors.rgb(-1)).isEqualTo(HeatColors.rgb(0));
        assertThat(HeatColors.rgb(2)).isEqualTo(HeatColors.rgb(1));
    }

    private static int red(int rgb) {
        return rgb >> 16 & 0xFF;
    }

    private static int green(int rgb) {
        return rgb >> 8 & 0xFF;
    }

    private static int blue(int rgb) {
        return rgb & 0xFF;
    }

    /** Of sRGB, 0 to 1. */
    private static double luminance(int rgb) {
        return 0.2126 * linear(red(rgb)) + 0.7152 * linear(green(rgb)) + 0.0722 * linear(blue(rgb));
    }

    private static double linear(int channel) {
        double share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }
}
