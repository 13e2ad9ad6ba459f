package io.graft.feature;

import java.util.Arrays;

/** Numbers of a feature, [dimension]; nobody writes to them. */
public final class Embedding {

    private final float[] values;

    /** Keeps the array: the caller gives it away. */
    public Embedding(float[] values) {
        this.values = values;
    }

    public float[] values() {
        return values;
    }

    public int dimension() {
        return values.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Embedding embedding && Arrays.equals(values, embedding.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Embedding[" + values.length + "]";
    }
}
