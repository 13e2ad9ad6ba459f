package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.model.EpochResult;
import io.graft.model.ModelReady;
import io.graft.model.TrainRequest;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.model.Verdict;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;
import io.graft.tail.Depth;
import io.graft.testing.Await;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/** Requests of every depth, on a real broker, with a folder as the object store. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
@TestProfile(FineTuningTest.Store.class)
class FineTuningTest {

    private static final String FEW_EPOCHS = "\"recipe\":{\"epochs\":2,\"batchSize\":16,\"optimizer\":\"sgd\"}";
    private static final int COUNT_OF_A_LABEL = 4;

    @AutoClose
    private static Kafka kafka;
    private static Path folder;

    /** A store, room for forty images, and the bundled weights once more on images of half the side: another backbone. */
    public static class Store implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                folder = Files.createTempDirectory("graft-fine-tuning-test");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Map.of("graft.objects.url", folder.toUri().toString(), "graft.training.fine-tuning-bytes-max", "2000000",
                    "graft.embedding.view-count", "1", "graft.backbones.\"half\".weights", weights().toString(),
                    "graft.backbones.\"half\".resize", "80", "graft.backbones.\"half\".crop", "64");
        }

        private static Path weights() {
            try (InputStream bundled = Objects
                    .requireNonNull(Backbones.class.getResourceAsStream("resnet18-small-images.safetensors"))) {
                Path weights = Files.createTempDirectory("graft-fine-tuning-test").resolve("weights.safetensors");
                Files.copy(bundled, weights);
                weights.toFile().deleteOnExit();
                return weights;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeAll
    static void open() {
        kafka = new Kafka();
    }

    @Test
    void trainsTheLastBlockAndComparesAcrossDepths() {
        // Given
        List<LabelledImage> images = send("tuned", COUNT_OF_A_LABEL);

        // When
        train("tuned", "{\"depth\":\"last-block\",\"blockLearningRate\":0.002," + FEW_EPOCHS
                + ",\"promotion\":{\"policy\":\"if-better\"}}");

        // Then
        ModelReady tuned = awaitModel("tuned", 1);
        assertThat(tuned.tail().orElseThrow().depth()).isEqualTo(Depth.LAST_BLOCK);
        assertThat(tuned.tail().orElseThrow().data()).isEmpty();
        assertThat(Path.of(tuned.tail().orElseThrow().uri().orElseThrow())).exists();
        assertThat(tuned.dataset().viewCount()).contains(tuned.dataset().trainCount());
        assertThat(tuned.dataset().sampleCount()).isEqualTo(images.size());
        assertThat(kafka.await("training-progress", 2, record -> Kafka.key(record).equals("tuned")
                && TrainingProgress.parse(record.value()).epoch().isPresent()
                && TrainingProgress.parse(record.value()).state() == TrainingState.RUNNING).stream()
                .map(record -> TrainingProgress.parse(record.value()).learningRate().orElseThrow()).distinct())
                .containsExactly(0.002);
        given().post("/v1/tasks/tuned/versions/1/verify").then().statusCode(400).body("code",
                equalTo("VERIFICATION_UNSUPPORTED"));

        // When
        promote("tuned", 1);
        train("tuned", "{\"trainRequestId\":\"head\"," + FEW_EPOCHS + "}");

        // Then
        ModelReady head = awaitModel("tuned", 2);
        assertThat(head.tail()).isEmpty();
        assertThat(head.verdict().orElseThrow().servingVersion().orElseThrow().number()).isEqualTo(1);
        assertThat(head.verdict().orElseThrow().servingAccuracy()).contains(tuned.evaluation().accuracy());
    }

    @Test
    void comparesThroughTheBlocksOfEitherVersionAcrossBackbones() {
        // Given
        send("moved", COUNT_OF_A_LABEL);
        train("moved", "{\"backbone\":\"resnet18\",\"promotion\":{\"policy\":\"always\"}," + FEW_EPOCHS + "}");
        ModelReady first = awaitModel("moved", 1);

        // When
        train("moved", "{\"backbone\":\"half\",\"depth\":\"last-block\",\"blockLearningRate\":0.01," + FEW_EPOCHS + "}");

        // Then
        ModelReady tuned = awaitModel("moved", 2);
        assertThat(tuned.tail()).isPresent();
        assertCompared(tuned, first);

        // When
        promote("moved", 2);
        train("moved", "{\"backbone\":\"resnet18\",\"trainRequestId\":\"back\"," + FEW_EPOCHS + "}");

        // Then
        ModelReady back = awaitModel("moved", 3);
        assertThat(back.backbone().id().value()).isEqualTo("resnet18");
        assertCompared(back, tuned);
    }

    /** Each version was measured as when it was made. */
    private static void assertCompared(ModelReady made, ModelReady serving) {
        Verdict verdict = made.verdict().orElseThrow();
        assertThat(verdict.servingVersion()).contains(serving.version());
        assertThat(verdict.sampleCount()).isEqualTo(serving.evaluation().sampleCount()).isPositive();
        assertThat(verdict.candidateLoss().orElseThrow()).isCloseTo(made.evaluation().loss(), within(1e-5));
        assertThat(verdict.servingLoss().orElseThrow()).isCloseTo(serving.evaluation().loss(), within(1e-5));
    }

    @Test
    void saysWhyTheServingVersionCannotBeMeasured() throws IOException {
        // Given
        send("stuck", COUNT_OF_A_LABEL);
        train("stuck", "{\"depth\":\"last-block\"," + FEW_EPOCHS + "}");
        ModelReady tuned = awaitModel("stuck", 1);
        kafka.send("model-ready", "stuck@2", Kafka.bytes(new String(Json.write(tuned), StandardCharsets.UTF_8)
                .replace("\"version\":1,", "\"version\":2,").replace("\"id\":\"resnet18\"", "\"id\":\"gone\"")
                .replace(tuned.backbone().sha256(), "0".repeat(64))));

        // When
        promote("stuck", 2);
        train("stuck", "{\"backbone\":\"resnet18\",\"trainRequestId\":\"unconfigured\"," + FEW_EPOCHS + "}");

        // Then
        assertThat(awaitModel("stuck", 3).verdict().orElseThrow().reason()).contains("; version 2 cannot be measured: backbone "
                + "'gone' is not configured (expected: one of [half, minilm, resnet18])");

        // When
        Path file = Path.of(tuned.tail().orElseThrow().uri().orElseThrow());
        Files.delete(file);
        promote("stuck", 1);
        train("stuck", "{\"trainRequestId\":\"deleted\"," + FEW_EPOCHS + "}");

        // Then
        Verdict verdict = awaitModel("stuck", 4).verdict().orElseThrow();
        assertThat(verdict.promoted()).isFalse();
        assertThat(verdict.reason()).endsWith("; version 1 cannot be measured: object '" + file.toUri() + "' is not there "
                + "(expected: kept as long as its version) (expected: a version to compare with; policy 'always' promotes "
                + "without one)");
    }

    @Test
    void comparesOnTheValidationSamplesWhoseContentsAreStillStored() throws Exception {
        // Given
        send("lost", COUNT_OF_A_LABEL);
        train("lost", "{\"depth\":\"last-block\"," + FEW_EPOCHS + "}");
        ModelReady tuned = awaitModel("lost", 1);
        promote("lost", 1);
        int validationCount = tuned.dataset().validationCount();
        ConsumerRecord<byte[], byte[]> lost = kafka.await("labelled-samples", 1, record -> Kafka.key(record).startsWith("lost/")
                && Split.ofKey(SampleKey.parse(record.key()), TrainRequest.VALIDATION_FRACTION_DEFAULT) == Split.VALIDATION)
                .get(0);

        // When
        deleteContents(Map.of(new TopicPartition(lost.topic(), lost.partition()),
                RecordsToDelete.beforeOffset(lost.offset() + 1)));
        train("lost", "{\"trainRequestId\":\"one\"," + FEW_EPOCHS + "}");

        // Then
        Verdict verdict = awaitModel("lost", 2).verdict().orElseThrow();
        assertThat(verdict.servingVersion()).contains(tuned.version());
        assertThat(verdict.sampleCount()).isEqualTo(validationCount - 1).isPositive();
        assertThat(verdict.reason()).startsWith("accuracy ").endsWith("; 1 of " + validationCount
                + " validation samples are left out: they have no content in 'labelled-samples' any more");

        // When
        promote("lost", 1);
        deleteContents(IntStream.range(0, 6).boxed().collect(Collectors.toMap(
                partition -> new TopicPartition("labelled-samples", partition),
                partition -> RecordsToDelete.beforeOffset(-1))));
        train("lost", "{\"trainRequestId\":\"all\"," + FEW_EPOCHS + "}");
        train("lost", "{\"trainRequestId\":\"blocks\",\"depth\":\"last-block\"," + FEW_EPOCHS + "}");

        // Then
        assertThat(awaitModel("lost", 3).verdict().orElseThrow().reason()).endsWith("; version 1 cannot be measured: all "
                + "validation samples are left out: they have no content in 'labelled-samples' any more (expected: a version "
                + "to compare with; policy 'always' promotes without one)");
        assertThat(awaitFailure("lost")).startsWith("task 'lost' has 24 of 24 samples whose content is no longer in "
                + "'labelled-samples', as '");
    }

    /** A topic that is only compacted has none deleted, and its broker hears a little later that it is no more. */
    private static void deleteContents(Map<TopicPartition, RecordsToDelete> records) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", System.getProperty(TrainerKafka.BOOTSTRAP)))) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "labelled-samples"), List.of(
                    new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact,delete"), AlterConfigOp.OpType.SET)))).all()
                    .get();
            await().atMost(Await.LIMIT)
                    .ignoreExceptionsMatching(e -> e.getCause() instanceof PolicyViolationException)
                    .untilAsserted(() -> admin.deleteRecords(records).all().get());
        }
    }

    @Test
    void trainsTheWholeNetwork() {
        // Given
        send("whole", 2);

        // When
        train("whole", "{\"depth\":\"all\",\"recipe\":{\"epochs\":1,\"batchSize\":16,\"optimizer\":\"sgd\"}}");

        // Then
        ModelReady whole = awaitModel("whole", 1);
        assertThat(whole.tail().orElseThrow().depth()).isEqualTo(Depth.ALL);
        assertThat(whole.tail().orElseThrow().sizeBytes()).isGreaterThan(44_000_000);
        assertThat(whole.epochs()).extracting(EpochResult::epoch).isSubsetOf(1);
    }

    @Test
    void refusesADepthOfABackboneWithoutBlocks() {
        // Given
        for (int i = 0; i < 8; i++) {
            kafka.send("labelled-samples", "vectors/v" + i, Kafka.bytes("{\"vector\":[" + i + ",1]}"), "label",
                    i % 2 == 0 ? "even" : "odd", "content-type", "application/json");
        }

        // When
        train("vectors", "{\"depth\":\"last-block\"}");

        // Then
        assertThat(awaitFailure("vectors")).isEqualTo("backbone 'vector' cannot be trained at depth 'last-block' "
                + "(expected: depth 'head', or one of torchvision's ResNets)");
    }

    @Test
    void saysHowMuchMemoryTheSamplesTake() {
        // Given
        send("large", 8);

        // When
        train("large", "{\"depth\":\"all\"}");

        // Then
        assertThat(awaitFailure("large")).matches("\\d+ samples and views take \\d+ bytes at depth 'all' \\(expected: at most "
                + "2000000\\)");
    }

    private static String awaitFailure(String task) {
        return TrainingProgress.parse(kafka.await("training-progress", 1, record -> Kafka.key(record).equals(task)
                && TrainingProgress.parse(record.value()).state() == TrainingState.FAILED).get(0).value()).error().orElseThrow()
                .message();
    }

    private static List<LabelledImage> send(String task, int countOfALabel) {
        List<LabelledImage> images = new DrawnImages(8).draw(countOfALabel);
        images.forEach(image -> kafka.send("labelled-samples", task + "/" + image.sampleId(), image.bytes(), "label",
                image.label(), "content-type", "image/jpeg"));
        return images;
    }

    private static void train(String task, String request) {
        kafka.send("train-requests", task, Kafka.bytes(request));
    }

    /** And waits until the trainer has heard of it. */
    private static void promote(String task, int version) {
        kafka.send("promotions", task, Kafka.bytes("{\"task\":\"" + task + "\",\"version\":" + version
                + ",\"reason\":\"manual\",\"at\":\"2026-01-01T12:00:00Z\"}"));
        await().atMost(Await.LIMIT)
                .untilAsserted(() -> given().get("/v1/tasks/" + task).then().body("serving", equalTo(version)));
    }

    private static ModelReady awaitModel(String task, int version) {
        return ModelReady.parse(kafka.await("model-ready", 1, record -> Kafka.key(record).equals(task + "@" + version)).get(0)
                .value());
    }
}
