package io.graft.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.graft.problem.Problem;
import io.graft.tensor.StoredTensor.Storage;

/**
 * What {@code torch.save} wrote before PyTorch 1.6: pickles one behind the other (a magic number, a version, the machine, the
 * tensors, the storages' keys), then each storage, a count and its numbers.
 */
final class OldTorchFile implements TorchFile.StorageFile {

    /** The pickle of PyTorch's magic number. */
    static final String MAGIC = "\u0080\2\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\31.";

    private static final long VERSION = 1001;

    private final String owner;
    private final FileChannel file;
    private final ByteBuffer head;
    private final Map<String, Long> begins = new HashMap<>();

    private OldTorchFile(String owner, FileChannel file, ByteBuffer head) {
        this.owner = owner;
        this.file = file;
        this.head = head;
    }

    /** @param file begins with {@link #MAGIC} */
    static OldTorchFile open(String owner, FileChannel file) throws IOException {
        ByteBuffer head = TensorFile.bytes(file, 0, (int) Math.min(PickleReader.SIZE_BYTES_MAX, file.size()));
        return new OldTorchFile(owner, file, head.position(MAGIC.length()));
    }

    private static Problem unreadable(String owner, IOException e) {
        return Problem.invalid("TENSORS_INVALID", owner + " cannot be read: " + e.getMessage(), e);
    }

    @Override
    public Object pickled() {
        Object version = PickleReader.read(owner, head);
        Object machine = PickleReader.read(owner, head);
        if (!version.equals(VERSION) || !(machine instanceof Map<?, ?> properties)
                || !Boolean.TRUE.equals(properties.get("little_endian"))) {
            throw invalid("is of another version or machine (expected: version " + VERSION + ", little-endian)");
        }
        Map<String, Storage> named = new HashMap<>();
        Object root = PickleReader.read(owner, head, storage -> remember(storage, named));
        locate(named);
        return root;
    }

    private void remember(Storage storage, Map<String, Storage> named) {
        Storage known = named.putIfAbsent(storage.key(), storage);
        if (known != null && !known.equals(storage)) {
            throw invalid(
                    "has storage " + storage.key() + " with " + known.count() + " numbers of " + known.type() + " and with "
                            + storage.count() + " of " + storage.type() + " (expected: the same)");
        }
    }

    /** Storages have no table: each begins where the one before it ends, an optimizer's between those of tensors. */
    private void locate(Map<String, Storage> named) {
        if (!(PickleReader.read(owner, head) instanceof List<?> keys)) {
            throw invalid("does not say the order of its storages (expected: a list of keys)");
        }
        try {
            long begin = head.position();
            for (Object key : keys) {
                Storage storage = key instanceof String ? named.get(key) : null;
                if (storage == null) {
                    throw invalid("lists a storage that its pickle does not name (expected: those that it names)");
                }
                begins.put(storage.key(), requireCount(storage, begin) + Long.BYTES);
                begin += Long.BYTES + storage.count() * storage.type().sizeBytes();
            }
        } catch (IOException e) {
            throw unreadable(owner, e);
        }
    }

    /** Within the file, so that whatever is added up stays small. */
    private long requireCount(Storage storage, long begin) throws IOException {
        ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(count, begin);
        long fitting = (file.size() - begin - Long.BYTES) / storage.type().sizeBytes();
        if (count.hasRemaining() || count.getLong(0) != storage.count() || storage.count() > fitting) {
            throw invalid("has storage " + storage.key() + " of another size (expected: " + storage.count() + " numbers of "
                    + storage.type() + ")");
        }
        return begin;
    }

    @Override
    public long begin(Storage storage) {
        Long begin = begins.get(storage.key());
        if (begin == null) {
            throw invalid("is without storage " + storage.key());
        }
        return begin;
    }

    private Problem invalid(String what) {
        return Safetensors.invalid(owner, what);
    }
}
