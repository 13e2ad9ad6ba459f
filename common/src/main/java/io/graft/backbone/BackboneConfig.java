package io.graft.backbone;

import java.nio.file.Path;
import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;

/**
 * One backbone by name, and how it is opened.
 *
 * @param id its name in requests and events
 * @param weights a safetensors file; absent: those in this jar, which only {@code resnet18} has
 * @param sha256 of that file, 64 hex digits; absent: not checked
 * @param precision {@code auto}, {@code float32}, {@code bfloat16} or {@code float16}
 * @param device {@code auto}, {@code cpu} or {@code gpu}
 */
public record BackboneConfig(BackboneId id, Optional<Path> weights, Optional<String> sha256, String precision, String device) {

    /** The backbone in this jar. */
    public static final BackboneConfig BUNDLED = new BackboneConfig(new BackboneId("resnet18"), Optional.empty(),
            Optional.empty(), Placement.AUTO, Placement.AUTO);

    public BackboneConfig {
        if (id.equals(VectorBackbone.ID)) {
            throw invalid(id, "has a name that is the identity's (expected: another)");
        }
        if (weights.isEmpty() && !id.value().equals("resnet18")) {
            throw invalid(id, "has no weights (expected: a safetensors file; only 'resnet18' has bundled ones)");
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
