package io.graft.backbone;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import io.graft.digest.Digests;
import io.graft.download.DownloadCache;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;

/**
 * One backbone by name, and how it is opened.
 *
 * @param id its name in requests and events
 * @param weights a file, a folder with one, an http or https URL, or an artifact of DJL's model zoo, {@code djl://GROUP/NAME};
 *        absent: bundled ones, which only {@code resnet18} and {@code minilm} have
 * @param sha256 of that file, 64 hex digits; absent, which only files on this machine and in the zoo may be: not checked
 * @param declared what the metadata of a weights file may say, and counts more: {@code architecture}, {@code interpolation},
 *        {@code resize}, {@code crop}, {@code mean} and {@code std}
 * @param precision {@code auto}, {@code float32}, {@code bfloat16} or {@code float16}
 * @param device {@code auto}, {@code cpu} or {@code gpu}
 */
public record BackboneConfig(BackboneId id, Optional<String> weights, Optional<String> sha256, Map<String, String> declared,
        String precision, String device) {

    private static final Set<String> DECLARABLE = declarable();

    /** The backbone in this jar. */
    public static final BackboneConfig BUNDLED = bundled(new BackboneId("resnet18"), Placement.AUTO);

    /** The one for texts, whose files are in a library's jar. */
    public static final BackboneConfig TEXT = bundled(TextBackbone.ID, Placement.AUTO);

    public BackboneConfig {
        declared = Map.copyOf(declared);
        if (id.equals(VectorBackbone.ID)) {
            throw invalid(id, "has a name that is the identity's (expected: another)");
        }
        boolean text = id.equals(TextBackbone.ID);
        if (text && (weights.isPresent() || !declared.isEmpty() || !Set.of(Placement.AUTO, "float32").contains(precision)
                || !Set.of(Placement.AUTO, "cpu").contains(device))) {
            throw invalid(id, "is that of texts (expected: no weights of its own, float32 on the cpu)");
        }
        if (weights.isEmpty() && !text && !id.value().equals("resnet18")) {
            throw invalid(id, "has no weights (expected: a file; only 'resnet18' and 'minilm' have bundled ones)");
        }
        if (weights.isEmpty() && sha256.isPresent()) {
            throw invalid(id, "has a sha256 and no weights (expected: both, since that of the bundled ones is known)");
        }
        if (sha256.isPresent() && !Digests.isSha256Hex(sha256.get())) {
            throw invalid(id, "has sha256 '" + sha256.get() + "' (expected: 64 hex digits)");
        }
        if (!DECLARABLE.containsAll(declared.keySet())) {
            throw invalid(id, "declares " + new TreeSet<>(declared.keySet()) + " (expected: some of " + DECLARABLE + ")");
        }
        String architecture = declared.get(ImageWeights.ARCHITECTURE);
        if (architecture != null && !architecture.equals(ModuleNetwork.ARCHITECTURE)
                && Architecture.named(architecture).isEmpty()) {
            throw invalid(id, "has architecture '" + architecture + "' (expected: " + ModuleNetwork.ARCHITECTURE + " or one of "
                    + Architecture.names() + ")");
        }
        if (weights.isPresent()) {
            requireSource(id, weights.get(), sha256.isPresent());
        }
        if (ModuleNetwork.ARCHITECTURE.equals(architecture)) {
            requireModule(id, sha256.isPresent(), precision);
        }
    }

    private static Set<String> declarable() {
        Set<String> keys = new TreeSet<>(Preprocessing.KEYS);
        keys.add(ImageWeights.ARCHITECTURE);
        return keys;
    }

    private static void requireSource(BackboneId id, String source, boolean pinned) {
        if (source.startsWith(ZooFile.SCHEME)) {
            if (!ZooFile.isWellFormed(source)) {
                throw invalid(id, "has weights '" + source + "' (expected: djl://GROUP/ARTIFACT)");
            }
        } else if (isWeb(source)) {
            if (!pinned) {
                throw invalid(id, "has weights from the web without a sha256 (expected: one)");
            }
            try {
                if (new URI(source).getHost() == null) {
                    throw invalid(id, "has weights at a URL without a host (expected: https://HOST/PATH)");
                }
            } catch (URISyntaxException e) {
                throw Problem.invalid("BACKBONE_CONFIG_INVALID",
                        "backbone '" + id + "' has weights at a malformed URL: " + e.getReason(), e);
            }
        }
    }

    private static void requireModule(BackboneId id, boolean pinned, String precision) {
        if (!pinned) {
            throw invalid(id, "is a torchscript module without a sha256 (expected: one, because it is code)");
        }
        if (!Set.of(Placement.AUTO, "float32").contains(precision)) {
            throw invalid(id, "is a torchscript module in " + precision + " (expected: auto or float32)");
        }
    }

    private static boolean isWeb(String source) {
        return source.startsWith("https://") || source.startsWith("http://");
    }

    boolean isOnTheWeb() {
        return weights.filter(BackboneConfig::isWeb).isPresent();
    }

    boolean isInTheZoo() {
        return weights.filter(source -> source.startsWith(ZooFile.SCHEME)).isPresent();
    }

    /** Whether it is a TorchScript module of the user's, which computes in float32. */
    boolean isModule() {
        return ModuleNetwork.ARCHITECTURE.equals(declared.get(ImageWeights.ARCHITECTURE));
    }

    private static BackboneConfig bundled(BackboneId id, String precision) {
        return new BackboneConfig(id, Optional.empty(), Optional.empty(), Map.of(), precision, Placement.AUTO);
    }

    /** The backbone in this jar, in a precision. */
    public static BackboneConfig bundled(String precision) {
        return bundled(BUNDLED.id, precision);
    }

    /** A backbone of a weights file that says everything itself. */
    public static BackboneConfig ofFile(BackboneId id, Path file) {
        return new BackboneConfig(id, Optional.of(file.toString()), Optional.empty(), Map.of(), Placement.AUTO,
                Placement.AUTO);
    }

    /** Where its weights come from, for people: as configured, a URL without its query, or {@code bundled}. */
    String source() {
        return weights.map(source -> isOnTheWeb() ? DownloadCache.uri(URI.create(source)) : source).orElse("bundled");
    }

    private static Problem invalid(BackboneId id, String what) {
        return Problem.invalid("BACKBONE_CONFIG_INVALID", "backbone '" + id + "' " + what);
    }
}
