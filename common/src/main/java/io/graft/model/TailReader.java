package io.graft.model;

import java.util.Base64;
import java.util.Optional;

import io.graft.digest.Digests;
import io.graft.model.ModelReady.HeadArtifact;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.problem.Problem;
import io.graft.store.ObjectStore;
import io.graft.tail.Tail;

/** Fetches a version's blocks, without trust. Thread-safe. */
public final class TailReader {

    private final Optional<ObjectStore> store;
    private final long sizeBytesMax;

    /**
     * @param store where blocks lie that are not inline; absent: there is none
     * @param sizeBytesMax of a file
     */
    public TailReader(Optional<ObjectStore> store, long sizeBytesMax) {
        this.store = store;
        this.sizeBytesMax = sizeBytesMax;
    }

    /**
     * Reads.
     *
     * @param owner for messages: {@code model 'birds.7'}
     * @throws Problem INVALID {@code MODEL_TAIL_INVALID} when they are not what the event says, {@code MODEL_TAIL_UNREACHABLE}
     *         when they are in a store and there is none, or not that one; MISSING, BUSY and BROKEN as of
     *         {@link ObjectStore#get}
     */
    public Tail read(String owner, TailArtifact artifact) {
        if (!artifact.format().equals(HeadArtifact.SAFETENSORS) || artifact.sizeBytes() > sizeBytesMax) {
            throw invalid(owner, "of " + artifact.sizeBytes() + " bytes in format '" + artifact.format()
                    + "' (expected: at most " + sizeBytesMax + " in " + HeadArtifact.SAFETENSORS + ")");
        }
        byte[] file = artifact.data().isPresent() ? inline(owner, artifact, artifact.data().get()) : stored(owner, artifact);
        try {
            Tail tail = Tail.decode(file);
            if (tail.depth() != artifact.depth()) {
                throw invalid(owner, "of depth '" + tail.depth() + "' (expected: '" + artifact.depth()
                        + "', as its event names)");
            }
            return tail;
        } catch (Problem e) {
            throw Problem.invalid("MODEL_TAIL_INVALID", owner + " has blocks that cannot be read: " + e.sentence(), e);
        }
    }

    private static byte[] inline(String owner, TailArtifact artifact, String base64) {
        byte[] file;
        try {
            file = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("MODEL_TAIL_INVALID", owner + " has blocks that are not base64", e);
        }
        String sha256 = Digests.sha256Hex(file);
        if (file.length != artifact.sizeBytes() || !sha256.equals(artifact.sha256())) {
            throw invalid(owner, "of " + file.length + " bytes with sha256 " + sha256 + " (expected: " + artifact.sizeBytes()
                    + " bytes with " + artifact.sha256() + ", as its event names)");
        }
        return file;
    }

    /** The store has looked at size and digest. */
    private byte[] stored(String owner, TailArtifact artifact) {
        ObjectStore known = store.orElseThrow(() -> Problem.invalid("MODEL_TAIL_UNREACHABLE", owner
                + " has blocks in an object store (expected: graft.objects.url as the trainer has it)"));
        return known.get(artifact.uri().orElseThrow(() -> invalid(owner, "neither inline nor stored")), artifact.sha256(),
                artifact.sizeBytes());
    }

    private static Problem invalid(String owner, String what) {
        return Problem.invalid("MODEL_TAIL_INVALID", owner + " has blocks " + what);
    }
}
