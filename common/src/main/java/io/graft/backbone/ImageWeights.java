package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.graft.digest.Digests;
import io.graft.problem.Problem;
import io.graft.tensor.Tensor;
import io.graft.tensor.TensorFile;

/** What a weights file and the configuration say: architecture, preprocessing and the weights themselves. */
final class ImageWeights {

    static final String ARCHITECTURE = "architecture";

    private static final int CHUNK_BYTES = 1 << 16;
    /** Names in a message. */
    private static final int NAME_COUNT_MAX = 5;

    private final TensorFile file;
    private final Architecture architecture;
    private final Preprocessing preprocessing;
    private final Map<String, String> namesInFile = new HashMap<>();
    private final List<Parameter> parameters;
    private final MessageDigest digest = Digests.newSha256();
    private int digestedCount;

    private ImageWeights(TensorFile file, Architecture architecture, Preprocessing preprocessing) {
        this.file = file;
        this.architecture = architecture;
        this.preprocessing = preprocessing;
        this.parameters = architecture.parameters();
        file.names().forEach(name -> namesInFile.put(architecture.canonical(name), name));
        digest.update((architecture + "/" + preprocessing.canonical()).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Of an open file, which is read as long as the weights are.
     *
     * @param file has tensors in torchvision's names, and may have {@code architecture}, {@code interpolation}, {@code resize},
     *        {@code crop}, {@code mean} and {@code std} in its metadata; the last layer and batch norm's counters are ignored
     * @param declared the same by the configuration, which counts more
     * @throws Problem INVALID when the file's tensors are not those of the architecture
     */
    static ImageWeights of(TensorFile file, Map<String, String> declared) {
        String named = declared.getOrDefault(ARCHITECTURE, file.metadata().getOrDefault(ARCHITECTURE, ""));
        Architecture architecture = Architecture.named(named)
                .orElseThrow(
                        () -> invalid((named.isEmpty() ? "does not say its architecture" : "has architecture '" + named + "'")
                                + " (expected: one of " + Architecture.names() + ", in its metadata or configured)"));
        ImageWeights weights = new ImageWeights(file, architecture, Preprocessing.of(file.metadata(), declared));
        weights.requireNoOtherTensor();
        return weights;
    }

    private void requireNoOtherTensor() {
        Set<String> others = new TreeSet<>(namesInFile.keySet());
        parameters.forEach(parameter -> others.remove(parameter.name()));
        others.removeIf(architecture::isUnused);
        if (!others.isEmpty()) {
            List<String> first = others.stream().limit(NAME_COUNT_MAX).toList();
            throw invalid("has " + others.size() + " tensors that " + architecture + " does not have: " + first
                    + (others.size() > first.size() ? " and others" : ""));
        }
    }

    Architecture architecture() {
        return architecture;
    }

    Preprocessing preprocessing() {
        return preprocessing;
    }

    /**
     * Reads one; whoever reads them in the order of the forward pass reads them for {@link #sha256()} too, since a large one
     * takes a while.
     *
     * @throws Problem INVALID when the file does not have it in this shape, or not with finite numbers
     */
    Tensor tensor(Parameter parameter) {
        Tensor tensor = read(parameter);
        if (digestedCount < parameters.size() && parameters.get(digestedCount).equals(parameter)) {
            update(digest, tensor.values());
            digestedCount++;
        }
        return tensor;
    }

    private Tensor read(Parameter parameter) {
        String name = namesInFile.getOrDefault(parameter.name(), parameter.name());
        List<Integer> shape = file.shape(name);
        if (!shape.equals(parameter.shape())) {
            throw invalid("has " + parameter.name() + " of shape " + shape + " (expected: " + parameter.shape() + ")");
        }
        return file.tensor(name);
    }

    /**
     * SHA-256 over {@code architecture/preprocessing} in UTF-8 ({@link Preprocessing#canonical()}), then the parameters in the
     * order of the forward pass as little-endian float32. Neither the file's format nor the order in the file matter. Reads
     * those that have not been read.
     */
    String sha256() {
        while (digestedCount < parameters.size()) {
            update(digest, read(parameters.get(digestedCount)).values());
            digestedCount++;
        }
        return HexFormat.of().formatHex(copy(digest).digest());
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the Java platform's SHA-256 can be copied", e);
        }
    }

    /** In pieces: the largest weight of a VGG has 411 MB. */
    private static void update(MessageDigest digest, float[] values) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int chunkLength = CHUNK_BYTES / Float.BYTES;
        for (int at = 0; at < values.length; at += chunkLength) {
            int length = Math.min(chunkLength, values.length - at);
            chunk.clear().asFloatBuffer().put(values, at, length);
            digest.update(chunk.limit(length * Float.BYTES));
        }
    }

    private static Problem invalid(String what) {
        return Problem.invalid("BACKBONE_WEIGHTS_INVALID", "weights file " + what);
    }
}
