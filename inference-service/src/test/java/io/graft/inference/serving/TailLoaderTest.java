package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneConfig;
import io.graft.backbone.BackboneWorker;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.backbone.FineTuning;
import io.graft.backbone.TailFit;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.model.ModelReady.TailProbe;
import io.graft.model.TailReader;
import io.graft.problem.Problem;
import io.graft.store.ObjectStore;
import io.graft.store.ObjectStoreConfig;
import io.graft.store.ObjectStores;
import io.graft.tail.Depth;
import io.graft.tail.Tail;
import io.graft.testing.Await;

class TailLoaderTest {

    private static final ModelKey KEY = new ModelKey(new TaskId("birds"), new ModelVersion(3));

    @TempDir
    private static Path folder;

    private static Backbones backbones;
    private static Backbone backbone;
    private static ObjectStore store;
    private static Tail tail;
    private static byte[] file;
    private static float[] probed;

    @BeforeAll
    static void open() {
        backbones = Backbones.open(BackbonesConfig.of(BackboneConfig.bundled("float32")));
        backbone = backbones.image();
        store = ObjectStores.open(new ObjectStoreConfig(folder.toUri()));
        try (FineTuning tuning = backbones.fineTuning(backbone.descriptor().id(), Depth.LAST_BLOCK, 1, 1 << 20)) {
            tuning.add(List.of(backbone.noise(1)));
            float[] ones = new float[512];
            Arrays.fill(ones, 1);
            try (TailFit fit = tuning.fit(new int[] { 0 }, new float[512], ones, new float[512], new float[1])) {
                tail = fit.parameters().tail();
            }
        }
        file = Tail.encode(tail.depth(), tail.tensors());
        try (BackboneWorker worker = backbone.openWorker(1)) {
            probed = worker.embedWithTails(List.of(backbone.noise(7)), List.of(Optional.of(tail))).features()[0];
        }
    }

    @AfterAll
    static void close() {
        store.close();
        backbones.close();
    }

    private static TailArtifact artifact(URI uri, float... feature) {
        ByteBuffer bytes = ByteBuffer.allocate(feature.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(feature);
        return new TailArtifact("safetensors", tail.depth(), tail.sha256(), file.length, Optional.empty(), Optional.of(uri),
                new TailProbe(7, Base64.getEncoder().encodeToString(bytes.array())));
    }

    private static Tail take(Optional<ObjectStore> from, TailArtifact artifact) {
        try (TailLoader loader = new TailLoader(new TailReader(from, 1 << 26), Duration.ofHours(1), Instant::now)) {
            return Awaitility.await().atMost(Await.LIMIT)
                    .until(() -> loader.take(KEY, artifact, backbone), Optional::isPresent).orElseThrow();
        }
    }

    @Test
    void fetchesBlocksAndTriesThem() {
        // Given
        URI uri = store.put(tail.sha256() + ".safetensors", file);
        // When
        Tail taken = take(Optional.of(store), artifact(uri, probed));
        // Then
        assertThat(taken.sha256()).isEqualTo(tail.sha256());
    }

    @Test
    void takesBlocksThatCameInTheEvent() {
        // Given
        TailArtifact stored = artifact(URI.create("file:///nowhere"), probed);
        TailArtifact inline = new TailArtifact(stored.format(), stored.depth(), stored.sha256(), stored.sizeBytes(),
                Optional.of(Base64.getEncoder().encodeToString(file)), Optional.empty(), stored.probe());
        // When
        Tail taken = take(Optional.empty(), inline);
        // Then
        assertThat(taken.sha256()).isEqualTo(tail.sha256());
    }

    @Test
    void refusesBlocksThatAnswerOtherwiseThanWhereTheyWereTrained() {
        // Given
        URI uri = store.put(tail.sha256() + ".safetensors", file);
        float[] other = probed.clone();
        for (int i = 0; i < 256; i++) {
            other[i] = 3 * other[i] + 1;
        }
        // When
        assertThatThrownBy(() -> take(Optional.of(store), artifact(uri, other)))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessageMatching("model 'birds@3' has blocks that answer its probe with a cosine "
                        + "of 0\\.\\d+ here \\(expected: at least 0.999, as where they were trained\\)");
    }

    @Test
    void refusesBlocksThatAreDamaged() throws Exception {
        // Given
        byte[] damaged = file.clone();
        damaged[file.length - 1] ^= 1;
        URI uri = store.put("damaged.safetensors", damaged);
        // When
        assertThatThrownBy(() -> take(Optional.of(store), artifact(uri, probed)))
                // Then
                .isInstanceOf(Problem.class).hasMessageContaining(tail.sha256());
        Files.delete(Path.of(uri));
    }

    @Test
    void saysThatThereIsNoStore() {
        assertThatThrownBy(() -> take(Optional.empty(), artifact(URI.create("s3://models/x"), probed)))
                .isInstanceOf(Problem.class)
                .hasMessage(
                        "model 'birds@3' has blocks in an object store (expected: graft.objects.url as the trainer has it)");
    }

    @Test
    void refusesBlocksThatAreTooLarge() {
        TailArtifact known = artifact(URI.create("s3://models/x"), probed);
        TailArtifact large = new TailArtifact(known.format(), known.depth(), known.sha256(), 1L << 40, known.data(),
                known.uri(),
                known.probe());
        assertThatThrownBy(() -> take(Optional.of(store), large)).isInstanceOf(Problem.class)
                .hasMessage("model 'birds@3' has blocks of 1099511627776 bytes in format 'safetensors' (expected: at most "
                        + "67108864 in safetensors)");
    }
}
