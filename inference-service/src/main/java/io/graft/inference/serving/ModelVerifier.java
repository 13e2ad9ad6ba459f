package io.graft.inference.serving;

import java.util.Base64;
import java.util.Optional;
import java.util.Set;

import io.graft.backbone.Backbone;
import io.graft.digest.Digests;
import io.graft.event.RecordPlace;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.ModelReady.HeadArtifact;
import io.graft.problem.Problem;
import io.graft.signature.ModelSignatures;
import io.graft.tail.Tail;

/**
 * Decides whether a version may serve here. What it lets through has been read without trust: the signature, the key, the
 * digest of the head, its shapes and numbers, the backbone, and that it computes here what it computed where it was trained.
 */
public final class ModelVerifier {

    private static final String BACKBONE_BROKEN = "MODEL_BACKBONE_BROKEN";
    /** What stood in a version's way lies outside of it. */
    private static final Set<String> MENDABLE = Set.of(BACKBONE_BROKEN, "OBJECT_MISSING", "OBJECT_SIZE_WRONG",
            "OBJECT_DIGEST_WRONG");

    private final BackboneLookup backbones;
    private final TailLookup tails;
    private final ModelSignatures signatures;
    private final int headBytesMax;

    /**
     * @param backbones the ones of this process
     * @param tails where blocks of a version's own come from
     * @param signatures that an event must have
     * @param headBytesMax of a head's file
     */
    ModelVerifier(BackboneLookup backbones, TailLookup tails, ModelSignatures signatures, int headBytesMax) {
        this.backbones = backbones;
        this.tails = tails;
        this.signatures = signatures;
        this.headBytesMax = headBytesMax;
    }

    /**
     * Verifies a {@code model-ready} event.
     *
     * @param key of its record
     * @return loaded, or loading where its backbone is missing and may still come, or where it has blocks of its own: those are
     *         fetched for versions that are waited for, not for all that ever were
     * @throws Problem INVALID, with a code that begins with {@code MODEL_}, when the version must not serve
     */
    VersionState verify(ModelKey key, ModelRecord record, RecordPlace place) {
        Candidate candidate = candidate(key, record);
        return state(candidate, place, backbone(candidate), Optional.empty());
    }

    /** The last check of a version, tried again while what it waits for is being loaded. */
    VersionState admit(Candidate candidate, RecordPlace place) {
        Optional<Backbone> backbone = backbone(candidate);
        Optional<Tail> tail = backbone.flatMap(open -> candidate.artifact()
                .flatMap(artifact -> tails.take(candidate.card().key(), artifact, open)));
        return state(candidate, place, backbone, tail);
    }

    private static VersionState state(Candidate candidate, RecordPlace place, Optional<Backbone> backbone,
            Optional<Tail> tail) {
        boolean complete = backbone.isPresent() && tail.isPresent() == candidate.artifact().isPresent();
        return complete ? new VersionState.Loaded(candidate.on(backbone.get(), tail), place)
                : new VersionState.Loading(candidate, place);
    }

    /** Absent: it may still come. */
    private Optional<Backbone> backbone(Candidate candidate) {
        BackboneReference reference = candidate.card().backbone();
        Optional<Backbone> backbone = backbones.find(reference.sha256(), reference.dimension());
        if (backbone.isEmpty() && !isExpected(candidate.card().key(), reference)) {
            throw invalid("MODEL_BACKBONE_UNKNOWN", candidate.card().key(), "takes features of backbone '" + reference.id()
                    + "' with sha256 " + reference.sha256() + " and dimension " + reference.dimension()
                    + " (expected: a backbone of this process)");
        }
        return backbone;
    }

    private boolean isExpected(ModelKey key, BackboneReference reference) {
        try {
            return backbones.isExpected(reference);
        } catch (Problem e) {
            throw Problem.invalid(BACKBONE_BROKEN, "model '" + key + "' takes features of backbone '" + reference.id()
                    + "', which cannot be loaded: " + e.sentence(), e);
        }
    }

    /** Whether a version that was refused may be let through later: then it is verified again when it is promoted. */
    static boolean isMendable(Problem problem) {
        return MENDABLE.contains(problem.code());
    }

    /** Lets go what was fetched for a version that is not waited for any more. */
    void forget(ModelKey key) {
        tails.forget(key);
    }

    /** Begins to load the backbone that a version waits for. */
    void load(Candidate candidate) {
        backbones.load(candidate.card().backbone().id());
    }

    private Candidate candidate(ModelKey key, ModelRecord record) {
        signatures.check("model '" + key + "'", record.json(), record.signature());
        ModelReady ready = ModelReady.parse(record.json());
        if (!ready.key().equals(key)) {
            throw invalid("MODEL_KEY_MISMATCH", key, "is '" + ready.key() + "' inside (expected: as in its key)");
        }
        Head head = head(key, ready);
        int dimension = ready.backbone().dimension();
        if (head.dimension() != dimension) {
            throw invalid("MODEL_HEAD_INVALID", key, "has a head that takes features of " + head.dimension()
                    + " numbers (expected: " + dimension + ", as backbone '" + ready.backbone().id() + "' gives)");
        }
        SelfTestCheck.run(key, ready.selfTest(), head);
        return new Candidate(ModelCard.of(ready), head,
                ready.featureStatistics().map(statistics -> statistics.toDistribution(dimension)), ready.tail());
    }

    private Head head(ModelKey key, ModelReady ready) {
        HeadArtifact artifact = ready.head();
        if (!artifact.format().equals(HeadArtifact.SAFETENSORS)) {
            throw invalid("MODEL_HEAD_FORMAT_UNSUPPORTED", key,
                    "has a head in format '" + artifact.format() + "' (expected: " + HeadArtifact.SAFETENSORS + ")");
        }
        byte[] file = decode(key, artifact.data());
        if (file.length != artifact.sizeBytes() || file.length > headBytesMax) {
            throw invalid("MODEL_HEAD_SIZE_WRONG", key, "has a head of " + file.length + " bytes (expected: the "
                    + artifact.sizeBytes() + " that its event names, at most " + headBytesMax + ")");
        }
        String sha256 = Digests.sha256Hex(file);
        if (!sha256.equals(artifact.sha256())) {
            throw invalid("MODEL_HEAD_DIGEST_WRONG", key,
                    "has a head with sha256 " + sha256 + " (expected: " + artifact.sha256() + ", as its event names)");
        }
        try {
            return HeadCodec.decode(file, ready.labels());
        } catch (Problem e) {
            throw Problem.invalid("MODEL_HEAD_INVALID", "model '" + key + "' cannot be read: " + e.sentence(), e);
        }
    }

    private static byte[] decode(ModelKey key, String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("MODEL_HEAD_INVALID", "model '" + key + "' has a head that is not base64", e);
        }
    }

    static Problem invalid(String code, ModelKey key, String what) {
        return Problem.invalid(code, "model '" + key + "' " + what);
    }
}
