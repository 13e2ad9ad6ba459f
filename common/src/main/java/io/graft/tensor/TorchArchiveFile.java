package io.graft.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.jspecify.annotations.Nullable;

import io.graft.problem.Problem;
import io.graft.tensor.StoredTensor.Storage;

/**
 * The zip archive that PyTorch writes: a pickle in {@code NAME/data.pkl}, each storage in {@code NAME/data/KEY}. Entries are
 * stored, not deflated, so nothing in it is larger than the file.
 */
final class TorchArchiveFile implements TorchFile.StorageFile {

    private static final String PICKLE = "/data.pkl";

    private final String owner;
    private final ZipFile zip;
    private final String prefix;

    private TorchArchiveFile(String owner, ZipFile zip, String prefix) {
        this.owner = owner;
        this.zip = zip;
        this.prefix = prefix;
    }

    static TorchArchiveFile open(String owner, Path file) {
        ZipFile zip = zip(owner, file);
        try {
            List<String> pickles = zip.stream().map(ZipEntry::getName).filter(name -> name.endsWith(PICKLE)).limit(2).toList();
            if (pickles.size() != 1) {
                throw Safetensors.invalid(owner, "is an archive with " + (pickles.isEmpty() ? "no" : "several")
                        + " data.pkl (expected: one, as torch.save writes)");
            }
            String pickle = pickles.get(0);
            TorchArchiveFile archive = new TorchArchiveFile(owner, zip,
                    pickle.substring(0, pickle.length() - PICKLE.length() + 1));
            archive.requireLittleEndian();
            return archive;
        } catch (Problem e) {
            close(zip);
            throw e;
        } catch (IllegalArgumentException e) {
            close(zip);
            throw unreadable(owner, e);
        }
    }

    /** Java's reader decodes names when they are looked at, and says so of one that is not UTF-8. */
    private static Problem unreadable(String owner, Exception e) {
        return Problem.invalid("TENSORS_INVALID", owner + " is no readable archive: " + e.getMessage(), e);
    }

    private static ZipFile zip(String owner, Path file) {
        try {
            return new ZipFile(file.toFile());
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(owner, e);
        }
    }

    private void requireLittleEndian() {
        if (named("byteorder") != null) {
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
        ZipEntry entry = entry(name);
        if (entry.getSize() > sizeMax) {
            throw Safetensors.invalid(owner,
                    "has " + name + " of " + entry.getSize() + " bytes (expected: at most " + sizeMax + ")");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            return ByteBuffer.wrap(in.readNBytes(sizeMax));
        } catch (IOException e) {
            throw Problem.invalid("TENSORS_INVALID", owner + " has " + name + " that cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public InputStream open(Storage storage) throws IOException {
        ZipEntry entry = entry("data/" + storage.key());
        if (entry.getSize() / storage.type().sizeBytes() != storage.count()
                || entry.getSize() % storage.type().sizeBytes() != 0) {
            throw Safetensors.invalid(owner, "has storage data/" + storage.key() + " of " + entry.getSize()
                    + " bytes (expected: " + storage.count() + " numbers of " + storage.type() + ")");
        }
        return zip.getInputStream(entry);
    }

    private @Nullable ZipEntry named(String name) {
        try {
            return zip.getEntry(prefix + name);
        } catch (IllegalArgumentException e) {
            throw unreadable(owner, e);
        }
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = named(name);
        if (entry == null) {
            throw Safetensors.invalid(owner, "is an archive without " + name);
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() < 0 || entry.getSize() != entry.getCompressedSize()) {
            throw Safetensors.invalid(owner, "has " + name + " compressed (expected: stored, as torch.save writes)");
        }
        return entry;
    }

    @Override
    public void close() {
        close(zip);
    }

    private static void close(ZipFile zip) {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
