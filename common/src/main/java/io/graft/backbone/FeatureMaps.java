package io.graft.backbone;

/** The last feature maps of one input, [dimension, rows, columns]: its feature is the mean over each of them. */
public final class FeatureMaps {

    private final int rows;
    private final int columns;
    private final float[] values;

    /** @param values row-major; kept: the caller gives the array away */
    public FeatureMaps(int rows, int columns, float[] values) {
        if (rows < 1 || columns < 1 || values.length == 0 || values.length % (rows * columns) != 0) {
            throw new IllegalArgumentException("feature maps have " + values.length + " numbers (expected: a multiple of "
                    + rows + " × " + columns + ")");
        }
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /** Maps, each of which becomes a number of the feature. */
    public int dimension() {
        return values.length / (rows * columns);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public float value(int map, int row, int column) {
        return values[(map * rows + row) * columns + column];
    }
}
