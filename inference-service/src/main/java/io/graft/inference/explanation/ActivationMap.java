package io.graft.inference.explanation;

import java.util.ArrayList;
import java.util.List;

import io.graft.backbone.FeatureMaps;
import io.graft.head.Head;

/**
 * What each place of an image contributes to a label: the label's weights over the last feature maps (Zhou et al., <i>Learning
 * Deep Features for Discriminative Localization</i>, 2016).
 * <p>
 * Exact, because the head is linear over means: the mean of the values plus the label's bias is its logit, to the rounding of
 * the backbone's precision.
 *
 * @param values [rows, columns], from the upper left corner of what the backbone saw
 */
public record ActivationMap(List<List<Float>> values) {

    public ActivationMap {
        values = values.stream().map(List::copyOf).toList();
        if (values.isEmpty() || values.get(0).isEmpty()) {
            throw new IllegalArgumentException("activation map has no values (expected: at least 1 × 1)");
        }
        int columns = values.get(0).size();
        if (values.stream().anyMatch(row -> row.size() != columns)) {
            throw new IllegalArgumentException("activation map has rows of several lengths (expected: " + columns + ")");
        }
    }

    /** @param label row of the head */
    static ActivationMap of(FeatureMaps maps, Head head, int label) {
        if (maps.dimension() != head.dimension()) {
            throw new IllegalArgumentException("there are " + maps.dimension() + " feature maps (expected: "
                    + head.dimension() + ", as the head takes them)");
        }
        List<List<Float>> values = new ArrayList<>();
        for (int row = 0; row < maps.rows(); row++) {
            List<Float> contributions = new ArrayList<>();
            for (int column = 0; column < maps.columns(); column++) {
                double sum = 0;
                for (int map = 0; map < maps.dimension(); map++) {
                    sum += (double) head.weight()[label * head.dimension() + map] * maps.value(map, row, column);
                }
                contributions.add((float) sum);
            }
            values.add(contributions);
        }
        return new ActivationMap(values);
    }

    public int rows() {
        return values.size();
    }

    public int columns() {
        return values.get(0).size();
    }

    public float largest() {
        return values.stream().flatMap(List::stream).max(Float::compare).orElseThrow();
    }

    /**
     * Bilinear between the centres of the places, and level beyond the outermost.
     *
     * @param x from left to right, 0 to 1
     * @param y from top to bottom, 0 to 1
     */
    double at(double x, double y) {
        double column = Math.min(Math.max(x * columns() - 0.5, 0), columns() - 1);
        double row = Math.min(Math.max(y * rows() - 0.5, 0), rows() - 1);
        int left = (int) column;
        int top = (int) row;
        double upper = between(top, left, column - left);
        double lower = between(Math.min(top + 1, rows() - 1), left, column - left);
        return upper + (lower - upper) * (row - top);
    }

    private double between(int row, int left, double share) {
        float from = values.get(row).get(left);
        float to = values.get(row).get(Math.min(left + 1, columns() - 1));
        return from + (to - from) * share;
    }
}
