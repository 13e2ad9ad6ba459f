package io.graft.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Named tensors of a file, whatever its format. Closing it frees what it holds of the file. */
public interface TensorFile extends AutoCloseable {

    /** What a zip archive begins with. */
    String ARCHIVE = "PK\3\4";

    /**
     * Opens a file by what it begins with: a safetensors file, or what {@code torch.save} or {@code torch.jit.save} writes.
     *
     * @param owner whose file it is, for messages
     * @throws io.graft.problem.Problem INVALID {@code TENSORS_INVALID} when it is neither, breaks a rule of its format, or
     *         names anything but tensors
     */
    static TensorFile open(String owner, Path file) throws IOException {
        String beginning;
        try (InputStream in = Files.newInputStream(file)) {
            beginning = new String(in.readNBytes(OldTorchFile.MAGIC.length()), StandardCharsets.ISO_8859_1);
        }
        if (beginning.startsWith(ARCHIVE)) {
            return TorchFile.read(owner, TorchArchiveFile.open(owner, file));
        }
        if (beginning.equals(OldTorchFile.MAGIC)) {
            return TorchFile.read(owner, OldTorchFile.open(owner, file));
        }
        if (Files.size(file) > Integer.MAX_VALUE - Long.BYTES) {
            throw Safetensors.invalid(owner, "has " + Files.size(file) + " bytes (expected: less than 2 GiB, or an archive)");
        }
        return Safetensors.read(owner, Files.readAllBytes(file));
    }

    /** What the file says about itself; empty when it says nothing. */
    Map<String, String> metadata();

    /** In the order of the file. */
    Set<String> names();

    /**
     * Copies a tensor as float32.
     *
     * @throws io.graft.problem.Problem INVALID {@code TENSORS_INVALID} when there is none of the name, or it holds counters, or
     *         numbers that are not finite
     */
    Tensor tensor(String name);

    @Override
    void close();
}
