package io.graft.backbone;

import java.util.Locale;

/** What a forward pass computes in. Features leave it as float32 whatever it is. */
enum Precision {
    FLOAT32(6),
    BFLOAT16(15),
    FLOAT16(5);

    private final long scalarType;

    Precision(long scalarType) {
        this.scalarType = scalarType;
    }

    /**
     * PyTorch's number for it ({@code c10/core/ScalarType.h}): DJL aborts the JVM on bfloat16, so programs cast by this number.
     */
    long scalarType() {
        return scalarType;
    }

    /** As in the configuration and in the descriptor: {@code float32}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
