package io.graft.backbone;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/** The backbones of this process: one for images, and the identity for vectors of each length. Thread-safe. */
public final class Backbones implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Backbones.class);
    private static final String BUNDLED = "resnet18-small-images.safetensors";
    private static final String BUNDLED_SHA256 = "f3d3ac8d1b863ab80d6c6a894c201984a3629645196876e4c4010e938bb27e40";
    /** Lengths of vectors that are kept; another one than these makes room for itself. */
    private static final int VECTOR_COUNT_MAX = 256;

    private final Backbone image;
    private final Map<Integer, Backbone> vectors = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Backbone> eldest) {
            return size() > VECTOR_COUNT_MAX;
        }
    };

    private Backbones(Backbone image) {
        this.image = image;
    }

    /**
     * Reads, verifies and folds the weights, which takes about a second, and starts the native engine.
     *
     * @throws Problem BROKEN {@code BACKBONE_BROKEN} when the weights cannot be used
     */
    public static Backbones open(BackboneConfig config) {
        Placement placement = Placement.choose(config.device(), config.precision());
        ImageDecoder decoder = new ImageDecoder(config.imageBytesMax(), config.imagePixelsMax());
        try {
            Backbone image = ResNetBackbone.open(config.id(), ResNetWeights.read(weights(config)), placement, decoder);
            LOG.info("Backbone opened backbone={} sha256={} dimension={} device={} precision={}", image.descriptor().id(),
                    image.descriptor().sha256(), image.descriptor().dimension(), placement.device(), placement.precision());
            return new Backbones(image);
        } catch (Problem e) {
            throw Problem.broken("BACKBONE_BROKEN", "backbone '" + config.id() + "' cannot be opened: " + e.sentence(), e);
        }
    }

    private static byte[] weights(BackboneConfig config) {
        String name = config.weights().map(Path::toString).orElse(BUNDLED);
        Optional<String> expected = config.weights().isPresent() ? config.sha256() : Optional.of(BUNDLED_SHA256);
        byte[] bytes = read(config.weights(), name);
        String actual = HexFormat.of().formatHex(ResNetWeights.newSha256().digest(bytes));
        if (expected.isPresent() && !expected.get().equalsIgnoreCase(actual)) {
            throw Problem.invalid("BACKBONE_WEIGHTS_INVALID",
                    "weights file " + name + " has SHA-256 " + actual + " (expected: " + expected.get() + ")");
        }
        return bytes;
    }

    private static byte[] read(Optional<Path> file, String name) {
        try (InputStream in = file.isPresent() ? Files.newInputStream(file.get())
                : Backbones.class.getResourceAsStream(name)) {
            if (in == null) {
                throw Problem.broken("BACKBONE_WEIGHTS_MISSING", "weights file " + name + " is not in the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw Problem.broken("BACKBONE_WEIGHTS_MISSING", "weights file " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The backbone that embeds images. */
    public Backbone image() {
        return image;
    }

    /**
     * The backbone that embeds this content.
     *
     * @throws Problem INVALID {@code SAMPLE_KIND_UNSUPPORTED} when none does
     */
    public Backbone forContent(SampleContent content) {
        if (content instanceof SampleContent.Image || content instanceof SampleContent.Raster) {
            return image;
        }
        if (content instanceof SampleContent.Vector vector) {
            return vector(vector.values().length);
        }
        throw Problem.invalid("SAMPLE_KIND_UNSUPPORTED",
                "no backbone for " + content.kind() + " is configured (expected: image or vector)");
    }

    /**
     * The backbone whose features these are, if this process has it.
     *
     * @param sha256 of a {@link BackboneDescriptor}
     * @param dimension numbers in a feature
     */
    public Optional<Backbone> find(String sha256, int dimension) {
        if (image.descriptor().sha256().equals(sha256)) {
            return image.descriptor().dimension() == dimension ? Optional.of(image) : Optional.empty();
        }
        if (dimension < 1 || dimension > SampleContent.Vector.LENGTH_MAX) {
            return Optional.empty();
        }
        return Optional.of(new VectorBackbone(dimension)).filter(vector -> vector.descriptor().sha256().equals(sha256))
                .map(vector -> vector(dimension));
    }

    private Backbone vector(int dimension) {
        synchronized (vectors) {
            return vectors.computeIfAbsent(dimension, VectorBackbone::new);
        }
    }

    static Problem unsupported(BackboneId id, SampleContent content, String expected) {
        return Problem.invalid("SAMPLE_KIND_UNSUPPORTED",
                "backbone '" + id + "' does not embed " + content.kind() + " (expected: " + expected + ")");
    }

    @Override
    public void close() {
        image.close();
    }
}
