package io.graft.tensor;

import java.nio.ByteBuffer;

/** The numbers that a file may hold; whole ones are allowed for counters and masks, which nobody reads. */
enum TensorType {
    F32(4),
    F16(2),
    BF16(2),
    F64(8),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1);

    private final int sizeBytes;

    TensorType(int sizeBytes) {
        this.sizeBytes = sizeBytes;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    /** Whether its numbers may have a fraction, and are read. */
    boolean hasFraction() {
        return switch (this) {
            case F32, F16, BF16, F64 -> true;
            case I64, I32, I16, I8, U8, BOOL -> false;
        };
    }

    /** The next number of little-endian bytes; a double is rounded, and what float32 cannot hold becomes infinite. */
    float next(ByteBuffer bytes) {
        return switch (this) {
            case F32 -> bytes.getFloat();
            case F16 -> Numbers.ofHalf(bytes.getShort());
            case BF16 -> Numbers.ofBfloat16(bytes.getShort());
            case F64 -> (float) bytes.getDouble();
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalStateException("whole numbers are not read");
        };
    }
}
