package io.graft.tensor;

import java.util.List;

/** Numbers in a shape, row-major. The array is shared, not copied. */
public final class Tensor {

    private final List<Integer> shape;
    private final float[] values;

    public Tensor(List<Integer> shape, float[] values) {
        long size = shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        if (size != values.length) {
            throw new IllegalArgumentException("tensor " + shape + " has " + values.length + " values");
        }
        this.shape = List.copyOf(shape);
        this.values = values;
    }

    public List<Integer> shape() {
        return shape;
    }

    public float[] values() {
        return values;
    }
}
