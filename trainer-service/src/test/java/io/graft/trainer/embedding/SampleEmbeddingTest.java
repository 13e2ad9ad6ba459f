package io.graft.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.backbone.BackboneConfig;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.event.Topics;
import io.graft.feature.FeatureCodec;
import io.graft.id.BackboneId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;
import io.graft.testing.Await;
import io.graft.testing.DrawnImages;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.testing.Records;
import io.graft.trace.Tracing;
import io.graft.trainer.setup.EventProducer;
import io.graft.trainer.setup.ReplicaConfig;
import io.graft.trainer.setup.TaskTags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Samples on a real broker, and a backbone that cannot be opened: the default one, or one that a task is bound to. */
class SampleEmbeddingTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final Topics TOPICS = new Topics("");
    private static final BackboneId ID = new BackboneId("mended");

    @Test
    void keepsSamplesUntilTheirBackboneOpensAndSaysWhatTheyWaitFor(@TempDir Path folder) throws Exception {
        Path weights = folder.resolve("weights.safetensors");
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("broker"));
                Backbones backbones = new Backbones(waitingFor(weights), now::get)) {
            // Given
            KafkaTopic.create(broker, TOPICS.labelledSamples(), 1);
            KafkaTopic.create(broker, TOPICS.taskDimensions(), 1);
            KafkaTopic features = KafkaTopic.create(broker, TOPICS.sampleFeatures(), 1);
            SampleEmbedding embedding = open(broker, backbones, registry, task -> Optional.empty());
            try {
                // When
                embedding.start();
                send(broker, "birds/a", new DrawnImages(1).draw(1).get(0).bytes());

                // Then
                await().atMost(LIMIT).until(() -> embedding.setback().isPresent());
                assertThat(embedding.setback().map(Problem::code)).contains("BACKBONE_BROKEN");
                assertThat(embedding.setback().map(Problem::sentence).orElseThrow())
                        .startsWith("backbone 'mended' cannot be opened: weights file " + weights);
                await().atMost(LIMIT).until(
                        () -> registry.counter("graft.embedding.setbacks", "code", "BACKBONE_BROKEN").count() >= 1);
                assertThat(embedding.failure()).isEmpty();

                // When
                copyBundledWeights(weights);
                now.set(now.get().plus(Duration.ofMinutes(2)));

                // Then
                await().atMost(LIMIT).until(() -> features.readAll().size() == 1);
                assertThat(embedding.setback()).isEmpty();
                assertThat(registry.counter("graft.samples", "task", "birds", "outcome", "rejected").count()).isZero();
            } finally {
                embedding.close();
            }
        }
    }

    @Test
    void embedsByTheDefaultWhatIsBoundToABackboneThatDoesNotOpenAndKeepsNobodyWaiting(@TempDir Path folder) throws Exception {
        Path weights = folder.resolve("weights.safetensors");
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("broker"));
                Backbones backbones = new Backbones(BackbonesConfig.of(BackboneConfig.BUNDLED, from(weights)), now::get)) {
            // Given
            KafkaTopic.create(broker, TOPICS.labelledSamples(), 1);
            KafkaTopic.create(broker, TOPICS.taskDimensions(), 1);
            KafkaTopic features = KafkaTopic.create(broker, TOPICS.sampleFeatures(), 1);
            SampleEmbedding embedding = open(broker, backbones, registry, SampleEmbeddingTest::bound);
            try {
                // When
                embedding.start();
                send(broker, "bound/a", new DrawnImages(1).draw(1).get(0).bytes());
                send(broker, "free/b", new DrawnImages(2).draw(1).get(0).bytes());

                // Then
                await().atMost(LIMIT).until(() -> features.readAll().size() == 2);
                assertThat(features.readAll()).extracting(SampleEmbeddingTest::backbone).containsOnly("resnet18");
                assertThat(embedding.setback()).isEmpty();
                assertThat(embedding.closedBackbones()).containsOnlyKeys(ID);
                assertThat(embedding.closedBackbones().get(ID).code()).isEqualTo("BACKBONE_BROKEN");
                assertThat(embedding.closedBackbones().get(ID).sentence())
                        .startsWith("backbone 'mended' cannot be opened: weights file " + weights);
                await().atMost(LIMIT).until(() -> lacking(registry, "bound") == 1);
                assertThat(registry.counter("graft.samples", "task", "bound", "outcome", "embedded").count()).isEqualTo(1);
                assertThat(lacking(registry, "free")).isZero();

                // When
                copyBundledWeights(weights);
                now.set(now.get().plus(Duration.ofMinutes(2)));
                send(broker, "bound/c", new DrawnImages(3).draw(1).get(0).bytes());
                await().atMost(LIMIT).until(() -> embedding.closedBackbones().isEmpty());
                send(broker, "bound/d", new DrawnImages(4).draw(1).get(0).bytes());

                // Then
                await().atMost(LIMIT).until(() -> features.readAll().size() == 4);
                assertThat(backbone(features.readAll().get(3))).isEqualTo("mended");
            } finally {
                embedding.close();
            }
        }
    }

    @Test
    void goesOnAndSaysSoWhenNoFurtherBackboneMayBeOpen(@TempDir Path folder) throws Exception {
        Path weights = folder.resolve("weights.safetensors");
        copyBundledWeights(weights);
        BackbonesConfig usual = BackbonesConfig.of(BackboneConfig.BUNDLED, from(weights));
        BackbonesConfig one = new BackbonesConfig(usual.byId(), usual.image(), usual.imageBytesMax(), usual.imagePixelsMax(), 1,
                usual.retryDelay(), usual.downloads());
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("broker")); Backbones backbones = Backbones.open(one)) {
            // Given
            KafkaTopic.create(broker, TOPICS.labelledSamples(), 1);
            KafkaTopic.create(broker, TOPICS.taskDimensions(), 1);
            KafkaTopic features = KafkaTopic.create(broker, TOPICS.sampleFeatures(), 1);
            SampleEmbedding embedding = open(broker, backbones, registry, SampleEmbeddingTest::bound);
            try {
                // When
                embedding.start();
                send(broker, "bound/a", new DrawnImages(1).draw(1).get(0).bytes());

                // Then
                await().atMost(LIMIT).until(() -> features.readAll().size() == 1);
                assertThat(embedding.closedBackbones().get(ID).code()).isEqualTo("BACKBONES_TOO_MANY");
                await().atMost(LIMIT).until(() -> lacking(registry, "bound") == 1);
            } finally {
                embedding.close();
            }
        }
    }

    private static BackbonesConfig waitingFor(Path weights) {
        return BackbonesConfig.of(from(weights));
    }

    private static BackboneConfig from(Path weights) {
        return new BackboneConfig(ID, Optional.of(weights.toString()), Optional.empty(), Map.of(), "auto", "auto");
    }

    private static Optional<BackboneId> bound(TaskId task) {
        return task.value().equals("bound") ? Optional.of(ID) : Optional.empty();
    }

    private static double lacking(SimpleMeterRegistry registry, String task) {
        return registry.counter("graft.samples.lacking.backbone", "task", task, "backbone", ID.value()).count();
    }

    private static String backbone(ConsumerRecord<byte[], byte[]> feature) {
        return FeatureCodec.decode(SampleKey.parse(feature.key()), feature.value()).backbone().value();
    }

    private static SampleEmbedding open(KafkaBroker broker, Backbones backbones, SimpleMeterRegistry registry,
            TaskBackbones tasks) {
        Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        ReplicaConfig replica = () -> "test";
        EmbeddingConfig config = new SmallRyeConfigBuilder().withMapping(EmbeddingConfig.class)
                .withDefaultValue("graft.embedding.batch-size", "2")
                .withDefaultValue("graft.embedding.backbone-wait-limit", "PT30S").build()
                .getConfigMapping(EmbeddingConfig.class);
        return new SampleEmbedding(kafka, TOPICS, replica, config, backbones, new SampleMetrics(registry, new TaskTags()),
                new EventProducer(kafka, replica), Tracing.OFF, tasks);
    }

    private static void send(KafkaBroker broker, String key, byte[] image) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()), new ByteArraySerializer(),
                new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> sample = new ProducerRecord<>(TOPICS.labelledSamples(), Records.utf8(key), image);
            sample.headers().add("label", Records.utf8("wren"));
            producer.send(sample).get();
        }
    }

    /** Whole at once: they are looked for all the time. */
    private static void copyBundledWeights(Path weights) throws IOException {
        Path copy = weights.resolveSibling("copy");
        try (InputStream bundled = Objects
                .requireNonNull(Backbones.class.getResourceAsStream("resnet18-small-images.safetensors"))) {
            Files.copy(bundled, copy);
        }
        Files.move(copy, weights);
    }
}
