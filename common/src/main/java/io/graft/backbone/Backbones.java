package io.graft.backbone;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.tail.Depth;
import io.graft.tensor.TensorFile;

/**
 * The backbones of this process: those of the configuration and the one for texts, each opened once when something needs it,
 * and the identity for vectors of each length. Thread-safe.
 */
public final class Backbones implements AutoCloseable {

    /** Lengths of vectors that are kept; another one than these makes room for itself. */
    private static final int VECTOR_COUNT_MAX = 256;

    private final BackbonesConfig config;
    private final SortedMap<BackboneId, BackboneSlot> slots = new TreeMap<>();
    private final Map<Integer, Backbone> vectors = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Backbone> eldest) {
            return size() > VECTOR_COUNT_MAX;
        }
    };

    /** Opens nothing yet. */
    public Backbones(BackbonesConfig config, InstantSource clock) {
        this.config = config;
        Semaphore places = new Semaphore(config.openCountMax());
        config.byId().forEach((id, backbone) -> slots.put(id, new BackboneSlot(backbone, this::load,
                id.equals(TextBackbone.ID) ? new Semaphore(1) : places, config.retryDelay(), clock)));
    }

    /**
     * With the one for images open.
     *
     * @throws Problem as of {@link #open(BackboneId)}
     */
    public static Backbones open(BackbonesConfig config) {
        Backbones backbones = new Backbones(config, InstantSource.system());
        backbones.open(config.image());
        return backbones;
    }

    /** Reads, verifies and folds the weights, which takes about a second, and starts the native engine. */
    private Backbone load(BackboneConfig backbone) {
        if (backbone.id().equals(TextBackbone.ID)) {
            return TextBackbone.open();
        }
        Placement placement = Placement.choose(backbone.device(), backbone.isModule() ? "float32" : backbone.precision());
        ImageDecoder decoder = new ImageDecoder(config.imageBytesMax(), config.imagePixelsMax());
        if (backbone.isModule()) {
            return ImageBackbone.openModule(backbone.id(), backbone.source(),
                    WeightsFile.module(backbone, config.downloads()), Preprocessing.of(Map.of(), backbone.declared()),
                    placement, decoder);
        }
        try (TensorFile file = WeightsFile.open(backbone, config.downloads())) {
            return ImageBackbone.open(backbone.id(), ImageWeights.of(file, backbone.declared()), placement, decoder);
        }
    }

    /**
     * A configured backbone; opens it where nobody has, and waits for whoever does.
     *
     * @throws Problem BROKEN {@code BACKBONE_BROKEN} when its weights cannot be used, or could not a moment ago; BUSY
     *         {@code BACKBONES_TOO_MANY}
     */
    public Backbone open(BackboneId id) {
        return slot(id).open();
    }

    private BackboneSlot slot(BackboneId id) {
        BackboneSlot slot = slots.get(id);
        if (slot == null) {
            throw Problem.invalid("BACKBONE_CONFIG_INVALID",
                    "backbone '" + id + "' is not configured (expected: one of " + slots.keySet() + ")");
        }
        return slot;
    }

    /**
     * Lets through whose features a request may ask for: those of a configured backbone, and vectors.
     *
     * @throws Problem INVALID {@code BACKBONE_UNKNOWN} with the names
     */
    public void requireKnown(BackboneId id) {
        if (!isConfigured(id) && !id.equals(VectorBackbone.ID)) {
            throw Problem.invalid("BACKBONE_UNKNOWN", "backbone '" + id + "' is not configured (expected: one of "
                    + slots.keySet() + ", or '" + VectorBackbone.ID + "')");
        }
    }

    public boolean isConfigured(BackboneId id) {
        return slots.containsKey(id);
    }

    /** Whether a backbone is configured, and not that for texts. */
    public boolean isForImages(BackboneId id) {
        return isConfigured(id) && !id.equals(TextBackbone.ID);
    }

    /** A configured backbone if it is open. */
    public Optional<Backbone> opened(BackboneId id) {
        return Optional.ofNullable(slots.get(id)).flatMap(BackboneSlot::backbone);
    }

    /** Why a backbone could not be opened, as long as that is not tried again. */
    public Optional<Problem> failure(BackboneId id) {
        return Optional.ofNullable(slots.get(id)).flatMap(BackboneSlot::failure);
    }

    /**
     * Begins to train the last blocks of a backbone, whose weights are read once more, in full precision. The caller closes it.
     *
     * @param depth not {@link Depth#HEAD}
     * @param rowCount samples and views of samples that it will take
     * @param bytesMax that these may take in memory
     * @throws Problem INVALID {@code DEPTH_UNSUPPORTED} when the backbone has no tails,
     *         {@code FINE_TUNING_SAMPLES_TOO_MANY} when the bytes do not do; BROKEN as of {@link #open(BackboneId)},
     *         and when its weights are others than those that are open
     */
    public FineTuning fineTuning(BackboneId id, Depth depth, int rowCount, long bytesMax) {
        ImageBackbone backbone = tailed(id, depth);
        BackboneConfig configured = slot(id).config();
        Placement placement = Placement.choose(configured.device(), Precision.FLOAT32.toString());
        try (TensorFile file = WeightsFile.open(configured, config.downloads())) {
            ImageWeights weights = ImageWeights.of(file, configured.declared());
            if (!weights.sha256().equals(backbone.descriptor().sha256())) {
                throw Problem.broken("BACKBONE_BROKEN", "weights of backbone '" + id
                        + "' have been replaced since they were opened (expected: a restart)");
            }
            return FineTuning.open(backbone, weights, placement, depth, rowCount, bytesMax);
        }
    }

    /**
     * How long the file of a backbone's last blocks is.
     *
     * @param depth not {@link Depth#HEAD}
     * @throws Problem INVALID {@code DEPTH_UNSUPPORTED} when the backbone has no tails; BROKEN as of {@link #open(BackboneId)}
     */
    public int tailFileBytes(BackboneId id, Depth depth) {
        return tailed(id, depth).network().tailed().orElseThrow().plan(depth).fileBytes();
    }

    private ImageBackbone tailed(BackboneId id, Depth depth) {
        if (!isConfigured(id) || !(open(id) instanceof ImageBackbone backbone) || !backbone.hasTails()) {
            throw Problem.invalid("DEPTH_UNSUPPORTED", "backbone '" + id + "' cannot be trained at depth '" + depth
                    + "' (expected: depth '" + Depth.HEAD + "', or one of torchvision's ResNets)");
        }
        return backbone;
    }

    /** Where each configured backbone stands, in the order of the names. */
    public List<BackboneStatus> statuses() {
        return slots.values().stream().map(BackboneSlot::status).toList();
    }

    /** The backbone that embeds images; opens it where nobody has. */
    public Backbone image() {
        return open(config.image());
    }

    /**
     * The backbone that embeds this content; opens it where nobody has.
     *
     * @throws Problem as of {@link #open(BackboneId)}
     */
    public Backbone forContent(SampleContent content) {
        if (content instanceof SampleContent.Image || content instanceof SampleContent.Raster) {
            return image();
        }
        if (content instanceof SampleContent.Vector vector) {
            return vector(vector.values().length);
        }
        return open(TextBackbone.ID);
    }

    /**
     * The backbone whose features these are, if it is open: the digest of one that is not is unknown.
     *
     * @param sha256 of a {@link BackboneDescriptor}
     * @param dimension numbers in a feature
     */
    public Optional<Backbone> find(String sha256, int dimension) {
        Optional<Backbone> open = slots.values().stream().flatMap(slot -> slot.backbone().stream())
                .filter(backbone -> backbone.descriptor().sha256().equals(sha256)).findFirst();
        if (open.isPresent()) {
            return open.filter(backbone -> backbone.descriptor().dimension() == dimension);
        }
        if (dimension < 1 || dimension > SampleContent.Vector.LENGTH_MAX) {
            return Optional.empty();
        }
        return Optional.of(new VectorBackbone(dimension)).filter(vector -> vector.descriptor().sha256().equals(sha256))
                .map(vector -> vector(dimension));
    }

    /**
     * What is known of a configured backbone: of that for texts everything, since its files are; of another one once it is
     * open.
     */
    public Optional<BackboneDescriptor> descriptor(BackboneId id) {
        return id.equals(TextBackbone.ID) ? Optional.of(TextBackbone.DESCRIPTOR) : opened(id).map(Backbone::descriptor);
    }

    /** Whether these are features of a backbone of this process, as far as it is known. */
    public boolean knows(String sha256, int dimension) {
        return slots.keySet().stream().flatMap(id -> descriptor(id).stream())
                .anyMatch(known -> known.sha256().equals(sha256) && known.dimension() == dimension)
                || find(sha256, dimension).isPresent();
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
        slots.values().forEach(BackboneSlot::close);
    }
}
