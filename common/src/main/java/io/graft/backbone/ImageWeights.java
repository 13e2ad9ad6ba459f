package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.graft.backbone.ResNetArchitecture.Convolution;
import io.graft.problem.Problem;
import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;

/** What a weights file says: architecture, preprocessing and the weights themselves, in torchvision's parameter names. */
final class ResNetWeights {

    private final Safetensors file;
    private final ResNetArchitecture architecture;
    private final Preprocessing preprocessing;

    private ResNetWeights(Safetensors file, ResNetArchitecture architecture, Preprocessing preprocessing) {
        this.file = file;
        this.architecture = architecture;
        this.preprocessing = preprocessing;
    }

    /**
     * @param bytes a safetensors file with {@code architecture}, {@code interpolation}, {@code resize}, {@code crop},
     *        {@code mean}
     *        and {@code std} in its metadata; the last layer and batch norm's counters are ignored
     * @throws Problem INVALID when the file is malformed or its tensors are not those of the architecture
     */
    static ResNetWeights read(byte[] bytes) {
        Safetensors file = Safetensors.read("weights file", bytes);
        String named = file.metadata().getOrDefault("architecture", "");
        ResNetArchitecture architecture = ResNetArchitecture.named(named).orElseThrow(() -> invalid(
                "has architecture '" + named + "' in its metadata (expected one of " + ResNetArchitecture.ALL + ")"));
        ResNetWeights weights = new ResNetWeights(file, architecture, Preprocessing.of(file.metadata()));
        weights.requireNoOtherTensor();
        return weights;
    }

    private void requireNoOtherTensor() {
        Set<String> others = new TreeSet<>(file.names());
        architecture.convolutions().forEach(convolution -> convolution.parameters().forEach(others::remove));
        others.removeIf(name -> name.startsWith("fc.") || name.endsWith(".num_batches_tracked"));
        if (!others.isEmpty()) {
            throw invalid("has tensors that " + architecture + " does not have: " + others);
        }
    }

    ResNetArchitecture architecture() {
        return architecture;
    }

    Preprocessing preprocessing() {
        return preprocessing;
    }

    /** The {@link Convolution#parameters()}. */
    List<Tensor> parameters(Convolution convolution) {
        List<Tensor> tensors = new ArrayList<>();
        for (String name : convolution.parameters()) {
            Tensor tensor = file.tensor(name);
            List<Integer> expected = convolution.shape(tensors.size());
            if (!tensor.shape().equals(expected)) {
                throw invalid("has " + name + " of shape " + tensor.shape() + " (expected: " + expected + ")");
            }
            tensors.add(tensor);
        }
        return tensors;
    }

    /**
     * SHA-256 over {@code architecture/preprocessing} in UTF-8 ({@link Preprocessing#canonical()}), then the parameters in the
     * order of the forward pass as little-endian float32. Neither the file's number format nor the order in the file matter.
     */
    String sha256() {
        MessageDigest digest = newSha256();
        digest.update((architecture + "/" + preprocessing.canonical()).getBytes(StandardCharsets.UTF_8));
        for (Convolution convolution : architecture.convolutions()) {
            for (Tensor parameter : parameters(convolution)) {
                ByteBuffer bytes = ByteBuffer.allocate(parameter.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(parameter.values());
                digest.update(bytes);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Problem invalid(String what) {
        return Problem.invalid("BACKBONE_WEIGHTS_INVALID", "weights file " + what);
    }
}
