package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbones;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.feature.FeatureKey;
import io.graft.model.ModelReady;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.model.Verdict;
import io.graft.testing.Await;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/** Tasks that go from one backbone to another and back, or to one that cannot be had, on a real broker. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
@TestProfile(BackboneUpgradeTest.MoreBackbones.class)
class BackboneUpgradeTest {

    private static final Duration LIMIT = Await.LIMIT;
    /** Nobody listens there. */
    private static final String REMOTE = "http://127.0.0.1:1/resnet50.pth";
    private static final String REMOTE_SHA256 = "7".repeat(64);
    private static final String ALWAYS = ",\"recipe\":{\"epochs\":3,\"optimizer\":\"sgd\"},\"promotion\":{\"policy\":\"always\"}}";

    @AutoClose
    private static Kafka kafka;

    /**
     * The bundled weights once more, on images of half the side: another backbone. A third one is to come from a server that
     * is not there.
     */
    public static class MoreBackbones implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try (InputStream bundled = Objects
                    .requireNonNull(Backbones.class.getResourceAsStream("resnet18-small-images.safetensors"))) {
                Path weights = Files.createTempDirectory("graft-upgrade-test").resolve("weights.safetensors");
                Files.copy(bundled, weights);
                weights.toFile().deleteOnExit();
                return Map.of("graft.backbones.\"half\".weights", weights.toString(), "graft.backbones.\"half\".resize", "80",
                        "graft.backbones.\"half\".crop", "64", "graft.backbones.remote.weights", REMOTE + "?token=secret",
                        "graft.backbones.remote.sha256", REMOTE_SHA256, "graft.backbones.remote.architecture", "resnet50",
                        "graft.backbone.download-folder", weights.resolveSibling("fetched").toString());
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
    void embedsTheSamplesAgainTrainsOnThemAndComparesOnTheSameValidationSamples() {
        // Given
        List<LabelledImage> images = send("upgraded", 3);
        train("upgraded", "{\"trainRequestId\":\"first\"" + ALWAYS);
        assertThat(awaitModel("upgraded", 1).backbone().id().value()).isEqualTo("resnet18");

        // When
        train("upgraded", "{\"backbone\":\"half\"" + ALWAYS);

        // Then
        ModelReady model = awaitModel("upgraded", 2);
        assertThat(model.backbone().id().value()).isEqualTo("half");
        assertThat(model.dataset().sampleCount()).isEqualTo(images.size());
        Verdict verdict = model.verdict().orElseThrow();
        assertThat(verdict.servingVersion().orElseThrow().number()).isEqualTo(1);
        assertThat(verdict.servingAccuracy()).isPresent();
        assertThat(verdict.sampleCount()).isEqualTo(model.dataset().validationCount()).isPositive();
        List<TrainingProgress> embedding = kafka.await("training-progress", 2, record -> Kafka.key(record).equals("upgraded")
                && TrainingProgress.parse(record.value()).state() == TrainingState.EMBEDDING_SAMPLES).stream()
                .map(record -> TrainingProgress.parse(record.value())).toList();
        assertThat(embedding.get(0).embeddedSampleCount()).contains(0L);
        assertThat(embedding).extracting(progress -> progress.lackingSampleCount().orElseThrow())
                .containsOnly((long) images.size());
        assertThat(embedding.get(embedding.size() - 1).embeddedSampleCount()).contains((long) images.size());
        given().post("/v1/tasks/upgraded/versions/2/verify").then().statusCode(200).body("verdict", equalTo("identical"))
                .body("dataset.foundSampleCount", equalTo(images.size()));
        given().post("/v1/tasks/upgraded/versions/1/verify").then().statusCode(200).body("verdict", equalTo("identical"));
    }

    @Test
    void embedsNewSamplesForThePromotedBackboneAndGoesBackWithARollback() {
        // Given
        int count = send("returned", 5).size();
        train("returned", "{\"backbone\":\"half\"" + ALWAYS);
        awaitModel("returned", 1);
        awaitPromotion("returned");

        // When
        LabelledImage late = new DrawnImages(77).draw(1).get(0);
        await().atMost(LIMIT).untilAsserted(
                () -> given().get("/v1/tasks/returned").then().body("serving", equalTo(1)));
        sendImage("returned", "late", late);

        // Then
        assertThat(awaitFeature("returned/late").backbone().value()).isEqualTo("half");
        train("returned", "{\"trainRequestId\":\"second\"" + ALWAYS);
        assertThat(awaitModel("returned", 2).backbone().id().value()).isEqualTo("half");

        // When
        train("returned", "{\"backbone\":\"resnet18\"" + ALWAYS);

        // Then
        ModelReady back = awaitModel("returned", 3);
        assertThat(back.backbone().id().value()).isEqualTo("resnet18");
        assertThat(back.dataset().sampleCount()).isEqualTo(count + 1);
        assertThat(awaitFeature("returned/late@resnet18").backbone().value()).isEqualTo("resnet18");
        assertThat(embeddedAgain("returned", "resnet18")).isEqualTo(1);
        assertThat(embeddedAgain("returned", "half")).isEqualTo(count);
    }

    @Test
    void forgetsADeletedSampleInEveryBackbone() {
        // Given
        List<LabelledImage> images = send("forgetful", 9);
        train("forgetful", "{\"backbone\":\"half\",\"promotion\":{\"policy\":\"never\"}}");
        awaitModel("forgetful", 1);
        String deleted = "forgetful/" + images.get(0).sampleId();
        awaitFeature(deleted + "@half");

        // When
        kafka.send("labelled-samples", deleted, null);

        // Then
        kafka.await("sample-features", 1, record -> Kafka.key(record).equals(deleted) && record.value() == null);
        kafka.await("sample-features", 1, record -> Kafka.key(record).equals(deleted + "@half") && record.value() == null);
        train("forgetful", "{\"backbone\":\"half\",\"promotion\":{\"policy\":\"never\"}}");
        assertThat(awaitModel("forgetful", 2).dataset().sampleCount()).isEqualTo(images.size() - 1);
    }

    @Test
    void leavesOutWhatTheBackboneDoesNotEmbedAndLooksForItOnce() {
        // Given
        int count = send("mixed", 11).size();
        kafka.send("labelled-samples", "mixed/words", Kafka.bytes("not an image"), "label", "text", "content-type",
                "text/plain");

        // When
        train("mixed", "{\"trainRequestId\":\"one\",\"backbone\":\"half\"" + ALWAYS);
        train("mixed", "{\"trainRequestId\":\"two\",\"backbone\":\"half\"" + ALWAYS);

        // Then
        ModelReady model = awaitModel("mixed", 1);
        assertThat(model.dataset().sampleCount()).isEqualTo(count);
        assertThat(model.evaluation().warnings())
                .anyMatch(warning -> warning.startsWith("samples left out, since their features are of backbone 'minilm'")
                        && warning.endsWith(": 1"));
        String second = awaitModel("mixed", 2).trainingRunId().value();
        assertThat(kafka.await("training-progress", 1, record -> isStep(record.value(), "mixed", TrainingState.SUCCEEDED)
                && TrainingProgress.parse(record.value()).trainingRunId().value().equals(second))).hasSize(1);
        assertThat(
                kafka.await("training-progress", 1, record -> isStep(record.value(), "mixed", TrainingState.EMBEDDING_SAMPLES)))
                .noneMatch(record -> TrainingProgress.parse(record.value()).trainingRunId().value().equals(second));
    }

    @Test
    void saysOfABackboneFromTheWebWhereItComesFromAndWhereItsFileMayBePut() {
        // Given
        given().get("/v1/backbones").then().statusCode(200).body("backbones.id",
                equalTo(List.of("half", "minilm", "remote", "resnet18"))).body("backbones[2].source", equalTo(REMOTE));
        send("remote", 13);

        // When
        train("remote", "{\"backbone\":\"remote\"}");

        // Then
        kafka.await("training-progress", 1, record -> isStep(record.value(), "remote", TrainingState.FAILED));
        String file = ConfigProvider.getConfig().getValue("graft.backbone.download-folder", String.class) + "/" + REMOTE_SHA256
                + "/file";
        given().get("/v1/backbones").then().body("backbones[2].state", equalTo("failed")).body("backbones[2].problem.detail",
                startsWith("backbone 'remote' cannot be opened: " + REMOTE + " cannot be fetched: java.net.ConnectException"))
                .body("backbones[2].problem.detail", endsWith("or the file itself at " + file + ")"));
    }

    @Test
    void refusesABackboneThatIsNotConfiguredByItsName() {
        // Given
        send("mistyped", 17);

        // When
        train("mistyped", "{\"backbone\":\"halv\"}");

        // Then
        TrainingProgress failed = TrainingProgress.parse(
                kafka.await("training-progress", 1, record -> isStep(record.value(), "mistyped", TrainingState.FAILED)).get(0)
                        .value());
        assertThat(failed.error().orElseThrow().code()).isEqualTo("BACKBONE_UNKNOWN");
        assertThat(failed.error().orElseThrow().message()).isEqualTo(
                "backbone 'halv' is not configured (expected: one of [half, minilm, remote, resnet18], or 'vector')");
    }

    private static boolean isStep(byte[] progress, String task, TrainingState state) {
        TrainingProgress step = TrainingProgress.parse(progress);
        return step.task().value().equals(task) && step.state() == state;
    }

    private static List<LabelledImage> send(String task, long seed) {
        List<LabelledImage> images = new DrawnImages(seed).draw(8);
        images.forEach(image -> sendImage(task, image.sampleId(), image));
        return images;
    }

    private static void sendImage(String task, String id, LabelledImage image) {
        kafka.send("labelled-samples", task + "/" + id, image.bytes(), "label", image.label(), "content-type", "image/jpeg");
    }

    private static void train(String task, String request) {
        kafka.send("train-requests", task, Kafka.bytes(request));
    }

    private static ModelReady awaitModel(String task, int version) {
        return ModelReady.parse(kafka.await("model-ready", 1, record -> Kafka.key(record).equals(task + "@" + version)).get(0)
                .value());
    }

    private static void awaitPromotion(String task) {
        kafka.await("promotions", 1, record -> Kafka.key(record).equals(task));
    }

    private static Feature awaitFeature(String key) {
        return FeatureCodec.decode(FeatureKey.parse(Kafka.bytes(key)).sample(),
                kafka.await("sample-features", 1, record -> Kafka.key(record).equals(key) && record.value() != null).get(0)
                        .value());
    }

    private static double embeddedAgain(String task, String backbone) {
        return given().accept("text/plain").get("/q/metrics").asString().lines()
                .filter(line -> line.startsWith("graft_samples_embedded_again_total{") && line.contains("task=\"" + task + "\"")
                        && line.contains("backbone=\"" + backbone + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
