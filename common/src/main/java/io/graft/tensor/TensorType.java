package io.graft.tensor;

/** The numbers that a file may hold; {@code I64} is allowed for batch norm's counters, which nobody reads. */
enum TensorType {
    F32(4),
    F16(2),
    I64(8);

    private final int sizeBytes;

    TensorType(int sizeBytes) {
        this.sizeBytes = sizeBytes;
    }

    int sizeBytes() {
        return sizeBytes;
    }
}
