package io.graft.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;

import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

import io.graft.problem.Problem;
import io.graft.tensor.StoredTensor.Storage;

/**
 * The zip archive that PyTorch writes: a pickle in {@code NAME/data.pkl}, each storage in {@code NAME/data/KEY}. Entries are
 * stored, not deflated, so nothing in it is larger than the file.
 */
final class TorchArchiveFile implements TorchFile.StorageFile {

    private static final String PICKLE = "/data.pkl";

    private final String owner;
    private final FileChannel file;
    private final long fileSize;
    private final ZipFile zip;
    private final String prefix;

    private TorchArchiveFile(String owner, FileChannel file, ZipFile zip, String prefix) throws IOException {
        this.owner = owner;
        this.file = file;
        this.fileSize = file.size();
        this.zip = zip;
        this.prefix = prefix;
    }

    /** Of an open file, which stays open. */
    static TorchArchiveFile open(String owner, FileChannel file) throws IOException {
        ZipFile zip = zip(owner, file);
        List<String> pickles = Collections.list(zip.getEntries()).stream().map(ZipArchiveEntry::getName)
                .filter(name -> name.endsWith(PICKLE)).limit(2).toList();
        if (pickles.size() != 1) {
            throw Safetensors.invalid(owner, "is an archive with " + (pickles.isEmpty() ? "no" : "several")
                    + " data.pkl (expected: one, as torch.save writes)");
        }
        String pickle = pickles.get(0);
        TorchArchiveFile archive = new TorchArchiveFile(owner, file, zip,
                pickle.substring(0, pickle.length() - PICKLE.length() + 1));
        archive.requireLittleEndian();
        return archive;
    }

    /** It reads through the channel, whose closing closes it. */
    private static ZipFile zip(String owner, FileChannel file) {
        try {
            return ZipFile.builder().setSeekableByteChannel(file).get();
        } catch (IOException | IllegalArgumentException e) {
            throw Problem.invalid("TENSORS_INVALID", owner + " is no readable archive: " + e.getMessage(), e);
        }
    }

    private void requireLittleEndian() {
        if (zip.getEntry(prefix + "byteorder") != null) {
            String order = StandardCharsets.US_ASCII.decode(bytes("byteorder", 16)).toString().strip();
            if (!order.equals("little")) {
                throw Safetensors.invalid(owner, "has byteorder '" + order + "' (expected: little)");
            }
        }
    }

    @Override
    public Object pickled() {
        return PickleReader.read(owner, bytes("data.pkl", PickleReader.SIZE_BYTES_MAX));
    }

    private ByteBuffer bytes(String name, int sizeMax) {
        ZipArchiveEntry entry = entry(name);
        if (entry.getSize() > sizeMax) {
            throw Safetensors.invalid(owner,
                    "has " + name + " of " + entry.getSize() + " bytes (expected: at most " + sizeMax + ")");
        }
        try {
            return TensorFile.bytes(file, entry.getDataOffset(), (int) entry.getSize());
        } catch (IOException e) {
            throw Problem.invalid("TENSORS_INVALID", owner + " has " + name + " that cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public long begin(Storage storage) {
        ZipArchiveEntry entry = entry("data/" + storage.key());
        if (entry.getSize() / storage.type().sizeBytes() != storage.count()
                || entry.getSize() % storage.type().sizeBytes() != 0) {
            throw Safetensors.invalid(owner, "has storage data/" + storage.key() + " of " + entry.getSize()
                    + " bytes (expected: " + storage.count() + " numbers of " + storage.type() + ")");
        }
        return entry.getDataOffset();
    }

    private ZipArchiveEntry entry(String name) {
        ZipArchiveEntry entry = zip.getEntry(prefix + name);
        if (entry == null) {
            throw Safetensors.invalid(owner, "is an archive without " + name);
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() < 0 || entry.getSize() != entry.getCompressedSize()) {
            throw Safetensors.invalid(owner, "has " + name + " compressed (expected: stored, as torch.save writes)");
        }
        if (entry.getDataOffset() < 0 || entry.getSize() > fileSize - entry.getDataOffset()) {
            throw Safetensors.invalid(owner, "has " + name + " of " + entry.getSize() + " bytes at " + entry.getDataOffset()
                    + " (expected: within its " + fileSize + " bytes)");
        }
        return entry;
    }
}
