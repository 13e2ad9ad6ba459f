package io.graft.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.graft.problem.Problem;
import io.graft.tensor.StoredTensor.Storage;

/**
 * Tensors that {@code torch.save} or {@code torch.jit.save} has written, read as data: no code in it is looked at, and nothing
 * but tensors may be named in it.
 */
final class TorchFile implements TensorFile {

    private static final int CHUNK_BYTES = 1 << 16;

    private final String owner;
    private final FileChannel file;
    private final Map<String, StoredTensor> tensors;
    private final StorageFile storages;

    private TorchFile(String owner, FileChannel file, Map<String, StoredTensor> tensors, StorageFile storages) {
        this.owner = owner;
        this.file = file;
        this.tensors = tensors;
        this.storages = storages;
    }

    /** Where in a file the pickle and the numbers of storages are. */
    interface StorageFile {

        /** What the pickle gave; called once, before all else. */
        Object pickled();

        /** Where in the file a storage's first number is; as many as it has follow. */
        long begin(Storage storage) throws IOException;
    }

    /**
     * Reads what is where.
     *
     * @param owner whose file it is, for messages
     * @param file closed with the tensors
     * @throws Problem INVALID {@code TENSORS_INVALID} when it breaks a rule of the format, or names what is no tensor
     */
    static TorchFile read(String owner, FileChannel file, StorageFile storages) {
        return new TorchFile(owner, file, TorchTensors.of(owner, storages.pickled()), storages);
    }

    /** Such a file says nothing about itself. */
    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public List<Integer> shape(String name) {
        return stored(name).shape();
    }

    private StoredTensor stored(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw Safetensors.invalid(owner, "has no tensor '" + name + "'");
        }
        return tensor;
    }

    @Override
    public Tensor tensor(String name) {
        StoredTensor tensor = stored(name);
        StorageType type = tensor.storage().type();
        if (!type.numbers().hasFraction()) {
            throw Safetensors.invalid(owner,
                    "has tensor '" + name + "' of " + type + " (expected: numbers with a fraction, of 16, 32 or 64 bits)");
        }
        int count = tensor.requireCount(owner, name);
        try {
            long begin = storages.begin(tensor.storage()) + tensor.offset() * type.sizeBytes();
            float[] values = numbers(begin, type, count);
            Numbers.requireFinite(owner, name, values);
            return new Tensor(tensor.shape(), values);
        } catch (IOException e) {
            throw Problem.invalid("TENSORS_INVALID",
                    owner + " has tensor '" + name + "' that cannot be read: " + e.getMessage(), e);
        }
    }

    private float[] numbers(long begin, StorageType type, int count) throws IOException {
        float[] values = new float[count];
        int chunkCountMax = CHUNK_BYTES / type.sizeBytes();
        for (int at = 0; at < count;) {
            int chunkCount = Math.min(count - at, chunkCountMax);
            ByteBuffer bytes = TensorFile.bytes(file, begin + (long) at * type.sizeBytes(), chunkCount * type.sizeBytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (int end = at + chunkCount; at < end; at++) {
                values[at] = type.numbers().next(bytes);
            }
        }
        return values;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
