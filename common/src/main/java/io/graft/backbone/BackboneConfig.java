package io.graft.backbone;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;

/**
 * One backbone by name, and how it is opened.
 *
 * @param id its name in requests and events
 * @param weights a safetensors file; absent: bundled ones, which only {@code resnet18} and {@code minilm} have
 * @param sha256 of that file, 64 hex digits; absent: not checked
 * @param precision {@code auto}, {@code float32}, {@code bfloat16} or {@code float16}
 * @param device {@code auto}, {@code cpu} or {@code gpu}
 */
public record BackboneConfig(BackboneId id, Optional<Path> weights, Optional<String> sha256, String precision, String device) {

    /** The backbone in this jar. */
    public static final BackboneConfig BUNDLED = new BackboneConfig(new BackboneId("resnet18"), Optional.empty(),
            Optional.empty(), Placement.AUTO, Placement.AUTO);

    /** The one for texts, whose files are in a library's jar. */
    public static final BackboneConfig TEXT = new BackboneConfig(TextBackbone.ID, Optional.empty(), Optional.empty(),
            Placement.AUTO, Placement.AUTO);

    public BackboneConfig {
        if (id.equals(VectorBackbone.ID)) {
            throw invalid(id, "has a name that is the identity's (expected: another)");
        }
        boolean text = id.equals(TextBackbone.ID);
        if (text && (weights.isPresent() || !Set.of(Placement.AUTO, "float32").contains(precision)
                || !Set.of(Placement.AUTO, "cpu").contains(device))) {
            throw invalid(id, "is that of texts (expected: no weights of its own, float32 on the cpu)");
        }
        if (weights.isEmpty() && !text && !id.value().equals("resnet18")) {
            throw invalid(id, "has no weights (expected: a safetensors file; only 'resnet18' and 'minilm' have bundled ones)");
        }
        if (weights.isEmpty() && sha256.isPresent()) {
            throw invalid(id, "has a sha256 and no weights (expected: both, since that of the bundled ones is known)");
        }
    }

    /** Where its weights come from, for people: the file, or {@code bundled}. */
    String source() {
        return weights.map(Path::toString).orElse("bundled");
    }

    private static Problem invalid(BackboneId id, String what) {
        return Problem.invalid("BACKBONE_CONFIG_INVALID", "backbone '" + id + "' " + what);
    }
}
