package io.graft.backbone;

import java.nio.FloatBuffer;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;

/** An argument or a result of a {@link TorchProgram}: a number, a tensor or a list of them. Lives as long as its scope. */
final class TorchValue {

    private final IValue value;
    private final PtNDManager manager;

    TorchValue(IValue value, PtNDManager manager) {
        this.value = value;
        this.manager = manager;
    }

    IValue value() {
        return value;
    }

    boolean isTensor() {
        return value.isTensor();
    }

    double toNumber() {
        return value.toDouble();
    }

    /** A {@code List[float]}. */
    double[] toNumbers() {
        return value.toDoubleArray();
    }

    /** The numbers of an int32 tensor, row-major. */
    int[] toIntegers() {
        try (PtNDArray tensor = value.toTensor(manager)) {
            return tensor.toIntArray();
        }
    }

    /** Sizes of a tensor's dimensions. */
    long[] shape() {
        try (PtNDArray tensor = value.toTensor(manager)) {
            return tensor.getShape().getShape();
        }
    }

    /** The numbers of a float32 tensor, row-major, in native memory: to be read before the scope is closed. */
    FloatBuffer toFloatBuffer() {
        PtNDArray tensor = value.toTensor(manager);
        if (tensor.getDataType() != DataType.FLOAT32) {
            throw new IllegalStateException("tensor holds " + tensor.getDataType() + " (expected: float32)");
        }
        return tensor.toByteBuffer(true).asFloatBuffer();
    }

    /** The rows of a float32 tensor of two dimensions. */
    float[][] toRows() {
        long[] shape = shape();
        FloatBuffer numbers = toFloatBuffer();
        float[][] rows = new float[(int) shape[0]][(int) shape[1]];
        for (float[] row : rows) {
            numbers.get(row);
        }
        return rows;
    }

    /** The numbers of a float32 tensor, row-major. */
    float[] toFloats() {
        FloatBuffer numbers = toFloatBuffer();
        float[] copy = new float[numbers.remaining()];
        numbers.get(copy);
        return copy;
    }
}
