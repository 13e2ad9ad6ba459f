package io.graft.tensor;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The numbers that a storage of PyTorch may hold; int64 is allowed for batch norm's counters, which nobody reads. */
enum StorageType {
    FLOAT("FloatStorage", 4),
    HALF("HalfStorage", 2),
    BFLOAT16("BFloat16Storage", 2),
    DOUBLE("DoubleStorage", 8),
    LONG("LongStorage", 8);

    private final String global;
    private final int sizeBytes;

    StorageType(String className, int sizeBytes) {
        this.global = "torch." + className;
        this.sizeBytes = sizeBytes;
    }

    /** By the name that a pickle has for it. */
    static Optional<StorageType> named(String global) {
        for (StorageType type : values()) {
            if (type.global.equals(global)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    int sizeBytes() {
        return sizeBytes;
    }

    /** The next number of little-endian bytes; a double is rounded, and what float32 cannot hold becomes infinite. */
    float next(ByteBuffer bytes) {
        return switch (this) {
            case FLOAT -> bytes.getFloat();
            case HALF -> Numbers.ofHalf(bytes.getShort());
            case BFLOAT16 -> Numbers.ofBfloat16(bytes.getShort());
            case DOUBLE -> (float) bytes.getDouble();
            case LONG -> throw new IllegalStateException("counters are not read");
        };
    }

    /** As in the file: {@code torch.FloatStorage}. */
    @Override
    public String toString() {
        return global;
    }
}
