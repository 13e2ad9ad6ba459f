package io.graft.inference.explanation;

/**
 * Colors from dark violet over red to light yellow whose lightness grows evenly: a straight line of lightness in OKLab, with a
 * hue that turns along it (Björn Ottosson, <i>A perceptual color space for image processing</i>, 2020).
 */
final class HeatColors {

    private static final double LIGHTNESS_MIN = 0.3;
    private static final double LIGHTNESS_MAX = 0.93;
    private static final double CHROMA = 0.17;
    /** Degrees: violet. */
    private static final double HUE_MIN = 300;
    /** Degrees: yellow, beyond a full turn. */
    private static final double HUE_MAX = 465;
    private static final int COLOR_COUNT = 256;

    private static final int[] COLORS = colors();

    private HeatColors() {
    }

    /**
     * The color of a share.
     *
     * @param share 0 to 1
     * @return 8 bits each of red, green and blue
     */
    static int rgb(double share) {
        return COLORS[(int) Math.rint(Math.min(Math.max(share, 0), 1) * (COLOR_COUNT - 1))];
    }

    private static int[] colors() {
        int[] colors = new int[COLOR_COUNT];
        for (int i = 0; i < COLOR_COUNT; i++) {
            double share = (double) i / (COLOR_COUNT - 1);
            double hue = Math.toRadians(HUE_MIN + (HUE_MAX - HUE_MIN) * share);
            colors[i] = ofOkLab(LIGHTNESS_MIN + (LIGHTNESS_MAX - LIGHTNESS_MIN) * share, CHROMA * Math.cos(hue),
                    CHROMA * Math.sin(hue));
        }
        return colors;
    }

    private static int ofOkLab(double lightness, double a, double b) {
        double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        return gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s) << 16
                | gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s) << 8
                | gamma(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    }

    private static double cube(double value) {
        return value * value * value;
    }

    /** From linear light to a byte of sRGB; what the screen cannot show is cut off. */
    private static int gamma(double linear) {
        double cut = Math.min(Math.max(linear, 0), 1);
        double encoded = cut <= 0.0031308 ? 12.92 * cut : 1.055 * Math.pow(cut, 1 / 2.4) - 0.055;
        return (int) Math.rint(255 * encoded);
    }
}
