package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.model.EpochResult;
import io.graft.model.ModelReady;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.tail.Depth;
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

    /** A store, and room for forty images. */
    public static class Store implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                folder = Files.createTempDirectory("graft-fine-tuning-test");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Map.of("graft.objects.url", folder.toUri().toString(), "graft.training.fine-tuning-bytes-max", "2000000",
                    "graft.embedding.view-count", "1");
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
        kafka.send("promotions", "tuned", Kafka.bytes("{\"task\":\"tuned\",\"version\":1,\"reason\":\"manual\","
                + "\"at\":\"2026-01-01T12:00:00Z\"}"));
        kafka.await("promotions", 1, record -> Kafka.key(record).equals("tuned"));
        train("tuned", "{\"trainRequestId\":\"head\"," + FEW_EPOCHS + "}");

        // Then
        ModelReady head = awaitModel("tuned", 2);
        assertThat(head.tail()).isEmpty();
        assertThat(head.verdict().orElseThrow().servingVersion().orElseThrow().number()).isEqualTo(1);
        assertThat(head.verdict().orElseThrow().servingAccuracy()).contains(tuned.evaluation().accuracy());
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

    private static ModelReady awaitModel(String task, int version) {
        return ModelReady.parse(kafka.await("model-ready", 1, record -> Kafka.key(record).equals(task + "@" + version)).get(0)
                .value());
    }
}
