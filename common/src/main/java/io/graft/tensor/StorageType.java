package io.graft.tensor;

import java.util.Optional;

/** What PyTorch calls a storage of numbers of a type. */
enum StorageType {
    FLOAT("FloatStorage", TensorType.F32),
    HALF("HalfStorage", TensorType.F16),
    BFLOAT16("BFloat16Storage", TensorType.BF16),
    DOUBLE("DoubleStorage", TensorType.F64),
    LONG("LongStorage", TensorType.I64),
    INT("IntStorage", TensorType.I32),
    SHORT("ShortStorage", TensorType.I16),
    CHAR("CharStorage", TensorType.I8),
    BYTE("ByteStorage", TensorType.U8),
    BOOL("BoolStorage", TensorType.BOOL);

    private final String global;
    private final TensorType numbers;

    StorageType(String className, TensorType numbers) {
        this.global = "torch." + className;
        this.numbers = numbers;
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

    TensorType numbers() {
        return numbers;
    }

    int sizeBytes() {
        return numbers.sizeBytes();
    }

    /** As in the file: {@code torch.FloatStorage}. */
    @Override
    public String toString() {
        return global;
    }
}
