package io.graft.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Collections;
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
    private final Map<String, StoredTensor> tensors;
    private final StorageFile storages;

    private TorchFile(String owner, Map<String, StoredTensor> tensors, StorageFile storages) {
        this.owner = owner;
        this.tensors = tensors;
        this.storages = storages;
    }

    /** Where the pickle and the numbers of storages are read. */
    interface StorageFile extends AutoCloseable {

        /** What the pickle gave. */
        Object pickled();

        /** Finds the tensors' storages; called once, behind {@link #pickled()}. */
        default void locate(Collection<StoredTensor> tensors) {
        }

        /** The bytes from a storage's first number on. */
        InputStream open(Storage storage) throws IOException;

        @Override
        void close();
    }

    /**
     * Reads what is where.
     *
     * @param owner whose file it is, for messages
     * @param file closed with it
     * @throws Problem INVALID {@code TENSORS_INVALID} when it breaks a rule of the format, or names what is no tensor
     */
    static TorchFile read(String owner, StorageFile file) {
        try {
            Map<String, StoredTensor> tensors = TorchTensors.of(owner, file.pickled());
            file.locate(tensors.values());
            return new TorchFile(owner, tensors, file);
        } catch (Problem e) {
            file.close();
            throw e;
        }
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
    public Tensor tensor(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw Safetensors.invalid(owner, "has no tensor '" + name + "'");
        }
        StorageType type = tensor.storage().type();
        if (type == StorageType.LONG) {
            throw Safetensors.invalid(owner,
                    "has tensor '" + name + "' of " + type + " (expected: numbers with a fraction, of 16, 32 or 64 bits)");
        }
        try (InputStream in = storages.open(tensor.storage())) {
            in.skipNBytes(tensor.offset() * type.sizeBytes());
            float[] values = numbers(in, type, tensor.count());
            Numbers.requireFinite(owner, name, values);
            return new Tensor(tensor.shape(), values);
        } catch (IOException e) {
            throw Problem.invalid("TENSORS_INVALID",
                    owner + " has tensor '" + name + "' that cannot be read: " + e.getMessage(), e);
        }
    }

    private static float[] numbers(InputStream in, StorageType type, int count) throws IOException {
        float[] values = new float[count];
        byte[] chunk = new byte[CHUNK_BYTES];
        int at = 0;
        while (at < count) {
            int chunkCount = Math.min(count - at, CHUNK_BYTES / type.sizeBytes());
            if (in.readNBytes(chunk, 0, chunkCount * type.sizeBytes()) < chunkCount * type.sizeBytes()) {
                throw new EOFException("it ends after " + at + " of " + count + " numbers");
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
            for (int end = at + chunkCount; at < end; at++) {
                values[at] = type.next(bytes);
            }
        }
        return values;
    }

    @Override
    public void close() {
        storages.close();
    }
}
