package io.graft.backbone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Packs the text of a program as the archive that {@code torch.jit.load} reads: code, and a module without weights. */
public final class TorchArchive {

    /** Pickle, protocol 2: an empty tuple. */
    private static final byte[] NO_CONSTANTS = { (byte) 0x80, 2, ')', '.' };

    private TorchArchive() {
    }

    /**
     * Packs one program.
     *
     * @param name the class in the source, which has no attributes
     */
    public static byte[] of(String name, String source) {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            put(zip, "data.pkl", instanceOf(name));
            put(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            put(zip, "constants.pkl", NO_CONSTANTS);
            put(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
            put(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    /** Pickle, protocol 2: an object of {@code __torch__.name} with an empty state. */
    private static byte[] instanceOf(String name) throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] { (byte) 0x80, 2, 'c' });
        pickle.write(("__torch__\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] { ')', (byte) 0x81, '}', 'b', '.' });
        return pickle.toByteArray();
    }

    /** Stored, not deflated: the engine's reader takes nothing else. */
    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        ZipEntry entry = new ZipEntry("program/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
