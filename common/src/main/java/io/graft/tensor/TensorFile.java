package io.graft.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.graft.problem.Problem;

/** Named tensors of a file, whatever its format. Closing it frees what it holds of the file. */
public interface TensorFile extends AutoCloseable {

    /** What a zip archive begins with. */
    String ARCHIVE = "PK\3\4";

    /**
     * Reads a file by what it begins with: a safetensors file, or what {@code torch.save} or {@code torch.jit.save} writes.
     *
     * @param owner whose file it is, for messages
     * @param file open, so that it is the one whose digest its opener has looked at; closed with the tensors, or on a failure
     * @throws Problem INVALID {@code TENSORS_INVALID} when it is neither, breaks a rule of its format, or
     *         names anything but tensors
     */
    static TensorFile of(String owner, FileChannel file) throws IOException {
        try {
            String beginning = StandardCharsets.ISO_8859_1
                    .decode(bytes(file, 0, (int) Math.min(OldTorchFile.MAGIC.length(), file.size()))).toString();
            if (beginning.startsWith(ARCHIVE)) {
                return TorchFile.read(owner, file, TorchArchiveFile.open(owner, file));
            }
            if (beginning.equals(OldTorchFile.MAGIC)) {
                return TorchFile.read(owner, file, OldTorchFile.open(owner, file));
            }
            if (file.size() > Integer.MAX_VALUE - Long.BYTES) {
                throw Safetensors.invalid(owner, "has " + file.size() + " bytes (expected: less than 2 GiB, or an archive)");
            }
            byte[] whole = bytes(file, 0, (int) file.size()).array();
            file.close();
            return Safetensors.read(owner, whole);
        } catch (IOException | Problem e) {
            file.close();
            throw e;
        }
    }

    /** A part of a file. @throws EOFException when the file is shorter */
    static ByteBuffer bytes(FileChannel file, long begin, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, begin + bytes.position()) < 0) {
                throw new EOFException("it ends after " + bytes.position() + " of " + length + " bytes at " + begin);
            }
        }
        return bytes.flip();
    }

    /** What the file says about itself; empty when it says nothing. */
    Map<String, String> metadata();

    /** In the order of the file. */
    Set<String> names();

    /**
     * What the file says of a tensor's shape, before a number of it is read.
     *
     * @throws Problem INVALID {@code TENSORS_INVALID} when there is none of the name
     */
    List<Integer> shape(String name);

    /**
     * Copies a tensor as float32.
     *
     * @throws Problem INVALID {@code TENSORS_INVALID} when there is none of the name, or it holds whole
     *         numbers, none, or some that are not finite
     */
    Tensor tensor(String name);

    @Override
    void close();
}
