package io.graft.tail;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.graft.digest.Digests;
import io.graft.problem.Problem;
import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;

/**
 * The last blocks of a backbone after a run trained them: each convolution, the batch norm behind it folded in, as
 * {@code NAME.weight} [outputs, inputs, side, side] and {@code NAME.bias} [outputs], where NAME is torchvision's
 * ({@code layer4.1.conv1}).
 * <p>
 * As a file it is safetensors, float32, with {@code depth} in its metadata.
 */
public final class Tail {

    private static final String DEPTH = "depth";

    private final Depth depth;
    private final Map<String, Tensor> tensors;
    private final String sha256;

    private Tail(Depth depth, Map<String, Tensor> tensors, String sha256) {
        this.depth = depth;
        this.tensors = tensors;
        this.sha256 = sha256;
    }

    /** Writes a tail's file; the same tensors give the same bytes. */
    public static byte[] encode(Depth depth, Map<String, Tensor> tensors) {
        return Safetensors.write(metadata(depth), tensors);
    }

    private static Map<String, String> metadata(Depth depth) {
        return Map.of(DEPTH, depth.word());
    }

    /**
     * How long a tail's file is.
     *
     * @param shapes of its tensors, in their order
     */
    public static int fileBytes(Depth depth, Map<String, List<Integer>> shapes) {
        return Safetensors.sizeBytes(metadata(depth), shapes);
    }

    /**
     * Reads a file without trust; whether it fits a backbone shows where it is used.
     *
     * @throws Problem INVALID {@code TENSORS_INVALID} when it is no strict safetensors file, {@code TAIL_INVALID} when it does
     *         not say its depth
     */
    public static Tail decode(byte[] file) {
        Safetensors read = Safetensors.read("tail", file);
        String depth = read.metadata().get(DEPTH);
        if (depth == null || depth.equals(Depth.HEAD.word())) {
            throw Problem.invalid("TAIL_INVALID", "tail has " + DEPTH + " '" + depth + "' in its metadata (expected: "
                    + Depth.LAST_BLOCK + " or " + Depth.ALL + ")");
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        read.names().forEach(name -> tensors.put(name, read.tensor(name)));
        return new Tail(Depth.of(depth), tensors, Digests.sha256Hex(file));
    }

    public Depth depth() {
        return depth;
    }

    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Of its file, 64 hex digits. */
    public String sha256() {
        return sha256;
    }

    /** Of the numbers. */
    public long sizeBytes() {
        return tensors.values().stream().mapToLong(tensor -> (long) tensor.values().length * Float.BYTES).sum();
    }
}
