package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.graft.problem.Problem;
import io.graft.tensor.Tensor;

/**
 * The values of one thread's calls, in native memory: it owns every value that it makes and frees them when it is closed.
 * <p>
 * A call may take values of another open scope of the same program, so that weights live longer than a batch. Not thread-safe.
 */
final class TorchScope implements AutoCloseable {

    private static final int STAGING_BYTES_MIN = 1 << 12;
    /** What the engine's allocators say, of the CPU and of a GPU, and what C++ itself does. */
    private static final Pattern NO_MEMORY = Pattern.compile("can't allocate memory|out of memory|std::bad_alloc");

    private final TorchProgram program;
    private final PtNDManager manager;
    private final List<IValue> owned = new ArrayList<>();
    private ByteBuffer staging = ByteBuffer.allocate(0);

    TorchScope(TorchProgram program, PtNDManager manager) {
        this.program = program;
        this.manager = manager;
    }

    /**
     * Calls a method of the program.
     *
     * @throws Problem BROKEN when it fails
     * @throws OutOfMemoryError when there is no native memory for it: whoever bears Java's lack of memory bears the engine's
     */
    TorchValue run(String method, TorchValue... arguments) {
        return runOther(program, method, arguments);
    }

    /** Likewise of another program; the result is this scope's. */
    TorchValue runOther(TorchProgram other, String method, TorchValue... arguments) {
        IValue[] values = Arrays.stream(arguments).map(TorchValue::value).toArray(IValue[]::new);
        try {
            return own(IValueUtils.runMethod(other.module(), method, values));
        } catch (EngineException e) {
            throw failure("program " + other.name() + " failed in " + method + ": " + e.getMessage(), e);
        }
    }

    /**
     * Calls the program's {@code forward} where gradients may be taken, which {@link #run} does not allow. No tensor may come
     * of
     * {@link #run}, whose results the engine keeps out of gradients.
     *
     * @param tensors and nothing else
     * @throws Problem BROKEN when it fails
     * @throws OutOfMemoryError as of {@link #run}
     */
    TorchValue runWithGradients(TorchValue... tensors) {
        NDList arguments = new NDList();
        // The engine's optimizer fuses what gradients are taken of, and compiles anew for every size of a batch.
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(true);
        try {
            Arrays.stream(tensors).map(tensor -> tensor.value().toTensor(manager)).forEach(arguments::add);
            return ownTensor((PtNDArray) IValueUtils.forward(program.module(), arguments, true).singletonOrThrow());
        } catch (EngineException e) {
            throw failure("program " + program.name() + " failed in forward: " + e.getMessage(), e);
        } finally {
            JniUtils.setGradMode(false);
            JniUtils.setGraphExecutorOptimize(true);
            arguments.close();
        }
    }

    private static RuntimeException failure(String sentence, EngineException cause) {
        if (NO_MEMORY.matcher(sentence).find()) {
            throw (OutOfMemoryError) new OutOfMemoryError(sentence).initCause(cause);
        }
        return Problem.broken("ENGINE_FAILED", sentence, cause);
    }

    /**
     * A tensor over the first bytes of a direct buffer: on a CPU it shares them, so they stay as they are until it is freed.
     */
    TorchValue uint8View(ByteBuffer direct, long... shape) {
        return ownTensor(manager.create(direct, new Shape(shape), DataType.UINT8));
    }

    /** Likewise over float32 numbers in the machine's byte order: what a program writes to it, the buffer holds. */
    TorchValue float32View(ByteBuffer direct, long... shape) {
        return ownTensor(manager.create(direct, new Shape(shape), DataType.FLOAT32));
    }

    /** Likewise over 32-bit integers. */
    TorchValue int32View(ByteBuffer direct, long... shape) {
        return ownTensor(manager.create(direct, new Shape(shape), DataType.INT32));
    }

    /** Copies into native memory. */
    TorchValue float32(float[] values, long... shape) {
        ByteBuffer buffer = stage((long) values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        return copyOf(buffer, DataType.FLOAT32, shape);
    }

    /** Copies into native memory. */
    TorchValue float32(Tensor tensor) {
        return float32(tensor.values(), longs(tensor.shape()));
    }

    /** Copies into native memory. */
    TorchValue int64(long[] values, long... shape) {
        ByteBuffer buffer = stage((long) values.length * Long.BYTES);
        buffer.asLongBuffer().put(values);
        return copyOf(buffer, DataType.INT64, shape);
    }

    TorchValue integer(long value) {
        return own(IValue.from(value));
    }

    TorchValue number(double value) {
        return own(IValue.from(value));
    }

    TorchValue flag(boolean value) {
        return own(IValue.from(value));
    }

    /** A {@code List[int]}. */
    TorchValue integers(List<Integer> values) {
        return own(IValue.listFrom(longs(values)));
    }

    private static long[] longs(List<Integer> values) {
        return values.stream().mapToLong(Integer::longValue).toArray();
    }

    /** A {@code List[Tensor]}. */
    TorchValue list(List<TorchValue> tensors) {
        PtNDArray[] arrays = tensors.stream().map(tensor -> tensor.value().toTensor(manager)).toArray(PtNDArray[]::new);
        try {
            return own(IValue.listFrom(arrays));
        } finally {
            close(arrays);
        }
    }

    /** The tensors of a {@code List[Tensor]}, now owned by this scope. */
    List<TorchValue> elements(TorchValue list) {
        PtNDArray[] arrays = list.value().toTensorArray(manager);
        try {
            return Arrays.stream(arrays).map(this::ownTensor).toList();
        } finally {
            close(arrays);
        }
    }

    private static void close(PtNDArray[] arrays) {
        for (PtNDArray array : arrays) {
            array.close();
        }
    }

    /** One direct buffer for every copy in: the engine's own way keeps a buffer for each until the garbage collector comes. */
    private ByteBuffer stage(long sizeBytes) {
        if (staging.capacity() < sizeBytes) {
            int doubled = 2 * Math.min(staging.capacity(), 1 << 29);
            staging = ByteBuffer.allocateDirect(Math.max(STAGING_BYTES_MIN, Math.max(doubled, Math.toIntExact(sizeBytes))))
                    .order(ByteOrder.nativeOrder());
        }
        return staging.clear().limit((int) sizeBytes);
    }

    private TorchValue copyOf(ByteBuffer buffer, DataType type, long[] shape) {
        try (PtNDArray view = manager.create(buffer, new Shape(shape), type);
                PtNDArray copy = (PtNDArray) view.duplicate()) {
            return ownTensor(copy);
        }
    }

    /** The value holds on to the tensor's memory: the array may be closed. */
    private TorchValue ownTensor(PtNDArray tensor) {
        return own(IValue.from(tensor));
    }

    private TorchValue own(IValue value) {
        owned.add(value);
        return new TorchValue(value, manager);
    }

    @Override
    public void close() {
        owned.forEach(IValue::close);
        owned.clear();
        manager.close();
    }
}
