package io.graft.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.problem.Problem;

/**
 * A safetensors file: the length of a JSON header (8 bytes, little-endian), the header, then the tensors' bytes, little-endian.
 * <p>
 * Reading is strict and in Java memory only: every byte is claimed by exactly one tensor, names are unique, numbers are finite.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class Safetensors implements TensorFile {

    private static final int ALIGNMENT_BYTES = 8;

    private final String owner;
    private final ByteBuffer file;
    private final SafetensorsHeader header;

    private Safetensors(String owner, ByteBuffer file, SafetensorsHeader header) {
        this.owner = owner;
        this.file = file;
        this.header = header;
    }

    /**
     * Checks the header; a tensor's numbers are checked when it is asked for.
     *
     * @param owner whose file it is, for messages: {@code head}
     * @param bytes the file; kept, not copied
     * @throws Problem INVALID {@code TENSORS_INVALID} when it breaks a rule of the format
     */
    public static Safetensors read(String owner, byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < Long.BYTES) {
            throw invalid(owner, "has " + bytes.length + " bytes (expected: a safetensors file)");
        }
        long headerSize = file.getLong(0);
        int headerSizeMax = Math.min(SafetensorsHeader.SIZE_BYTES_MAX, bytes.length - Long.BYTES);
        if (headerSize < 2 || headerSize > headerSizeMax) {
            throw invalid(owner, "has a header of " + headerSize + " bytes (expected: 2 to " + headerSizeMax + ")");
        }
        int dataBegin = Long.BYTES + (int) headerSize;
        return new Safetensors(owner, file, SafetensorsHeader.parse(owner, file.slice(Long.BYTES, (int) headerSize), dataBegin,
                bytes.length - dataBegin));
    }

    @Override
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(header.entries().keySet());
    }

    @Override
    public List<Integer> shape(String name) {
        return entry(name).shape();
    }

    private TensorEntry entry(String name) {
        TensorEntry entry = header.entries().get(name);
        if (entry == null) {
            throw invalid(owner, "has no tensor '" + name + "'");
        }
        return entry;
    }

    @Override
    public Tensor tensor(String name) {
        TensorEntry entry = entry(name);
        if (!entry.type().hasFraction()) {
            throw invalid(owner, "has tensor '" + name + "' of dtype " + entry.type() + " (expected: F32, F16, BF16 or F64)");
        }
        if (entry.begin() == entry.end()) {
            throw invalid(owner, "has tensor '" + name + "' of shape " + entry.shape() + " (expected: 1 number or more)");
        }
        float[] values = entry.type() == TensorType.F32 ? singles(entry) : others(entry);
        Numbers.requireFinite(owner, name, values);
        return new Tensor(entry.shape(), values);
    }

    /** Nothing to free: the file is the garbage collector's. */
    @Override
    public void close() {
    }

    private float[] singles(TensorEntry entry) {
        float[] values = new float[(entry.end() - entry.begin()) / Float.BYTES];
        bytes(entry).asFloatBuffer().get(values);
        return values;
    }

    private float[] others(TensorEntry entry) {
        ByteBuffer bytes = bytes(entry);
        float[] values = new float[bytes.remaining() / entry.type().sizeBytes()];
        for (int i = 0; i < values.length; i++) {
            values[i] = entry.type().next(bytes);
        }
        return values;
    }

    private ByteBuffer bytes(TensorEntry entry) {
        return file.slice(entry.begin(), entry.end() - entry.begin()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Writes float32 tensors one behind the other; the same input gives the same bytes.
     *
     * @param metadata in the order in which it shall stand in the header; left out when empty
     * @param tensors in the order in which they shall stand in the file
     * @throws Problem INVALID {@code TENSORS_INVALID} when the header gets too long to be read again
     */
    public static byte[] write(Map<String, String> metadata, Map<String, Tensor> tensors) {
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        byte[] text = header(metadata, shapes);
        if (text.length > SafetensorsHeader.SIZE_BYTES_MAX) {
            throw invalid("file", "has a header of " + text.length + " bytes (expected: at most "
                    + SafetensorsHeader.SIZE_BYTES_MAX + ")");
        }
        ByteBuffer file = ByteBuffer.allocate(sizeBytes(metadata, shapes)).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        for (Tensor tensor : tensors.values()) {
            file.asFloatBuffer().put(tensor.values());
            file.position(file.position() + tensor.values().length * Float.BYTES);
        }
        return file.array();
    }

    /**
     * How long the file of float32 tensors is that {@link #write} makes.
     *
     * @param shapes of the tensors, in the order in which they shall stand in the file
     */
    public static int sizeBytes(Map<String, String> metadata, Map<String, List<Integer>> shapes) {
        int sizeBytes = Long.BYTES + header(metadata, shapes).length;
        for (List<Integer> shape : shapes.values()) {
            sizeBytes = Math.addExact(sizeBytes, dataBytes(shape));
        }
        return sizeBytes;
    }

    private static int dataBytes(List<Integer> shape) {
        return shape.stream().reduce(Float.BYTES, Math::multiplyExact);
    }

    private static byte[] header(Map<String, String> metadata, Map<String, List<Integer>> shapes) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        if (!metadata.isEmpty()) {
            metadata.forEach(root.putObject(SafetensorsHeader.METADATA)::put);
        }
        int dataSize = 0;
        for (Map.Entry<String, List<Integer>> tensor : shapes.entrySet()) {
            int end = Math.addExact(dataSize, dataBytes(tensor.getValue()));
            ObjectNode entry = root.putObject(tensor.getKey()).put("dtype", TensorType.F32.name());
            tensor.getValue().forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(dataSize).add(end);
            dataSize = end;
        }
        return padded(root.toString());
    }

    /** With spaces behind it, so that the tensors are aligned. */
    private static byte[] padded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int missing = Math.floorMod(-bytes.length, ALIGNMENT_BYTES);
        return (text + " ".repeat(missing)).getBytes(StandardCharsets.UTF_8);
    }

    static Problem invalid(String owner, String what) {
        return Problem.invalid("TENSORS_INVALID", owner + " " + what);
    }
}
