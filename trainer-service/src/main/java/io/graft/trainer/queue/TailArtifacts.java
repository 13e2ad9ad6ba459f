package io.graft.trainer.queue;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.HeadArtifact;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.model.ModelReady.TailProbe;
import io.graft.model.TailReader;
import io.graft.problem.Problem;
import io.graft.store.ObjectStore;
import io.graft.tail.Tail;
import io.graft.trainer.training.EpochListener;

/** Trained blocks on their way to whoever serves them: inline while they fit a message, else in the object store. */
@Singleton
class TailArtifacts {

    private static final long TAIL_BYTES_MAX = Integer.MAX_VALUE - 8L;
    /** Written to see whether a store takes files, before hours go into one. */
    private static final String TRIAL_NAME = "trial.txt";

    private final Optional<ObjectStore> store;
    private final Duration storeLimit;
    private final long inlineBytesMax;
    private final ModelRoom room;

    @Inject
    TailArtifacts(Optional<ObjectStore> store, TrainingConfig config, ModelRoom room) {
        this.store = store;
        this.room = room;
        this.storeLimit = Patience.limit(config);
        this.inlineBytesMax = config.inlineBlockBytesMax();
    }

    /**
     * Looks whether blocks have a place, before they are trained: a store is asked to take a small file, a topic how large an
     * event may be.
     *
     * @param fileBytes of their file
     * @param size of the version besides
     * @throws Problem INVALID when they have none; BROKEN when the store is away or refuses
     */
    void requirePlace(long fileBytes, VersionSize size, EpochListener listener) {
        if (fileBytes <= inlineBytesMax) {
            requireRoom(fileBytes, size.eventBytesMax(fileBytes));
            return;
        }
        patient(listener).orElseThrow(() -> Problem.invalid("FINE_TUNING_NO_STORE", "trained blocks have a file of "
                + fileBytes + " bytes, too many for an event (expected: an object store, graft.objects.url, or at most "
                + inlineBytesMax + " bytes, graft.training.inline-block-bytes-max)")).put(TRIAL_NAME, trial());
    }

    private void requireRoom(long fileBytes, long eventBytes) {
        long bytesMax = room.bytesMax();
        if (eventBytes > bytesMax) {
            throw Problem.invalid("FINE_TUNING_EVENT_TOO_LARGE", "trained blocks have a file of " + fileBytes
                    + " bytes, which makes an event of up to " + eventBytes + ", and topic '" + room.topic() + "' takes "
                    + bytesMax + " (expected: a max.message.bytes of the topic, and a max.request.size of the service, of at "
                    + "least " + eventBytes + ", or an object store, graft.objects.url, and a "
                    + "graft.training.inline-block-bytes-max below " + fileBytes + ")");
        }
    }

    /** Another one each time, for a store writes nothing that it holds already. */
    private static byte[] trial() {
        return ("Graft wrote this to see whether it may: " + UUID.randomUUID() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private Optional<ObjectStore> patient(EpochListener listener) {
        return patient(new Patience(storeLimit, listener::stepEnded));
    }

    private Optional<ObjectStore> patient(Patience patience) {
        return store.map(known -> new PatientStore(known, patience));
    }

    /**
     * Puts blocks where they can be fetched.
     *
     * @param seed of the probe
     * @throws Problem BROKEN when the store is away or refuses
     */
    TailArtifact put(Backbone backbone, Tail tail, long seed, EpochListener listener) {
        byte[] file = Tail.encode(tail.depth(), tail.tensors());
        boolean inline = file.length <= inlineBytesMax;
        Optional<URI> uri = inline ? Optional.empty()
                : Optional.of(patient(listener).orElseThrow().put(tail.sha256() + ".safetensors", file));
        return new TailArtifact(HeadArtifact.SAFETENSORS, tail.depth(), tail.sha256(), file.length,
                inline ? Optional.of(Base64.getEncoder().encodeToString(file)) : Optional.empty(), uri,
                new TailProbe(seed, probe(backbone, tail, seed)));
    }

    private static String probe(Backbone backbone, Tail tail, long seed) {
        try (BackboneWorker worker = backbone.openWorker(1)) {
            float[] feature = worker.embedWithTails(List.of(backbone.noise(seed)), List.of(Optional.of(tail))).features()[0];
            ByteBuffer bytes = ByteBuffer.allocate(feature.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(feature);
            return Base64.getEncoder().encodeToString(bytes.array());
        }
    }

    /** The blocks of a version. @throws Problem as of {@link TailReader#read}, but BROKEN when the store is away */
    Optional<Tail> read(ModelReady model, Patience patience) {
        TailReader reader = new TailReader(patient(patience), TAIL_BYTES_MAX);
        return model.tail().map(artifact -> reader.read("model '" + model.key() + "'", artifact));
    }
}
