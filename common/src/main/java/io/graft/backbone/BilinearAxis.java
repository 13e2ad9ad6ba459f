package io.graft.backbone;

/**
 * The weights of one axis of a resize: which source positions, and how much of each, make a target position.
 * <p>
 * Pillow's bilinear filter with antialiasing ({@code precompute_coeffs} and {@code normalize_coeffs_8bpc} in its
 * {@code Resample.c}): a triangle as wide as the reduction, in fixed point. Only a window of the target is computed.
 */
final class BilinearAxis {

    /** Fraction bits of a weight. */
    static final int PRECISION_BITS = 22;
    /** One half, so that the shift rounds. */
    static final int HALF = 1 << (PRECISION_BITS - 1);

    private final int[] first;
    private final int[][] weights;

    /**
     * @param sourceSize positions in the source
     * @param targetSize positions that the whole source would become
     * @param from first target position of the window
     * @param count positions in the window
     */
    BilinearAxis(int sourceSize, long targetSize, long from, int count) {
        first = new int[count];
        weights = new int[count][];
        double scale = (double) sourceSize / targetSize;
        double support = Math.max(scale, 1.0);
        for (int i = 0; i < count; i++) {
            double center = (from + i + 0.5) * scale;
            first[i] = Math.max(0, (int) (center - support + 0.5));
            int end = Math.min(sourceSize, (int) (center + support + 0.5));
            weights[i] = weights(first[i], end, center, support);
        }
    }

    private static int[] weights(int first, int end, double center, double support) {
        double[] triangle = new double[end - first];
        double sum = 0;
        for (int x = 0; x < triangle.length; x++) {
            double distance = Math.abs((x + first - center + 0.5) / support);
            triangle[x] = distance < 1 ? 1 - distance : 0;
            sum += triangle[x];
        }
        int[] fixed = new int[triangle.length];
        for (int x = 0; x < fixed.length; x++) {
            fixed[x] = (int) (triangle[x] / sum * (1 << PRECISION_BITS) + 0.5);
        }
        return fixed;
    }

    int count() {
        return first.length;
    }

    /** First source position of a target position. */
    int first(int target) {
        return first[target];
    }

    /** One weight for each source position from {@link #first(int)} on; they add up to 1 in fixed point, nearly. */
    int[] weights(int target) {
        return weights[target];
    }

    /** First source position of all. */
    int begin() {
        return first[0];
    }

    /** Behind the last source position of all. */
    int end() {
        int last = first.length - 1;
        return first[last] + weights[last].length;
    }
}
