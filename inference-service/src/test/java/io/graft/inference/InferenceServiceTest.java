package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.head.Head;
import io.graft.id.TaskId;
import io.graft.inference.Caller.Answer;
import io.graft.inference.prediction.Patience;
import io.graft.inference.prediction.PredictionInput;
import io.graft.inference.prediction.Predictor;
import io.graft.inference.serving.ModelChoice;
import io.graft.model.ModelReady;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** The whole service, on a real broker, with the bundled backbone. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class InferenceServiceTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final int UNSEEN = 1000;

    @Inject
    Backbones backbones;

    @Inject
    Predictor predictor;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private Caller caller;
    private TopicWriter topics;

    @BeforeEach
    void open() {
        caller = new Caller(root);
        topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers);
    }

    @AfterEach
    void close() {
        topics.close();
    }

    private ModelReady drawings(String task, int version, Head head) {
        return ModelEvents.ready(task, version, backbones.image().descriptor(), head);
    }

    private ModelReady vectors(String task, int version, String... labels) {
        Backbone identity = backbones.forContent(new SampleContent.Vector(new float[labels.length]));
        return ModelEvents.ready(task, version, identity.descriptor(), ModelEvents.largest(labels));
    }

    private void serve(ModelReady ready) throws Exception {
        topics.publish(ready);
        topics.promote(ModelEvents.promotion(ready.task().value(), ready.version().number()));
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/" + ready.task()).json().path("version").asInt(),
                version -> version == ready.version().number());
    }

    private static String predictions(String task) {
        return "/v1/tasks/" + task + "/predictions";
    }

    private double metric(String name, String... tags) {
        return caller.metric(name, tags);
    }

    @Test
    void predictsInWhateverFormTheImageComes() throws Exception {
        // Given
        serve(drawings("forms", 1, NearestMean.head(backbones.image(), "disc", "stripes")));
        byte[] disc = Drawings.png(Drawings.DISC, UNSEEN);
        byte[] stripes = Drawings.png(Drawings.STRIPES, UNSEEN);
        String path = predictions("forms");

        // When
        List<Answer> discs = List.of(
                caller.post(path, "image/png", disc),
                caller.post(path, "image/jpeg; q=1", disc),
                caller.post(path, disc),
                caller.post(path, "application/octet-stream", disc),
                caller.post(path, "application/x-www-form-urlencoded", disc),
                caller.postForm(path, "file", "image/png", disc),
                caller.post(path, "application/json",
                        "{\"image\": \"" + Base64.getEncoder().encodeToString(disc) + "\"}"));
        Answer other = caller.post(path + "?top=1&version=1", "image/png", stripes);

        // Then
        assertThat(discs).allSatisfy(answer -> {
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.contentType()).startsWith("application/json");
            assertThat(answer.json().path("label").asText()).isEqualTo("disc");
            assertThat(answer.json().path("probabilities")).hasSize(2);
        });
        assertThat(other.json().path("label").asText()).isEqualTo("stripes");
        assertThat(other.json().path("probabilities")).hasSize(1);
        assertThat(other.json().properties().stream().map(field -> field.getKey())).containsExactlyInAnyOrder("predictionId",
                "task", "version", "backbone", "label", "probability", "probabilities", "at");
        assertThat(metric("graft_backbone_forward_seconds_count", "backbone=\"resnet18\"")).isPositive();
        assertThat(metric("graft_prediction_batch_size_sum")).isGreaterThanOrEqualTo(8);
    }

    @Test
    void answersAShareOfTheKeysWithTheCanaryAndMeasuresTheShadow() throws Exception {
        // Given
        serve(vectors("canaried", 1, "stays", "leaves"));
        topics.publish(vectors("canaried", 2, "stays", "leaves"));
        topics.publish(vectors("canaried", 3, "leaves", "stays"));
        topics.promote(ModelEvents.promotion("canaried", 1, 2, 30, 3));
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/canaried").json().at("/shadow/version").asInt() == 3
                && caller.get("/v1/tasks/canaried").json().at("/canary/version").asInt() == 2);

        // When
        Map<Integer, Set<String>> keys = new TreeMap<>();
        for (int i = 0; i < 400; i++) {
            String key = "user-" + i % 100;
            Answer answer = caller.send(caller.request(predictions("canaried")).header("Routing-Key", key)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"vector\": [0.5, 4]}")).build());
            keys.computeIfAbsent(answer.json().path("version").asInt(), version -> new TreeSet<>()).add(key);
        }

        // Then
        assertThat(keys).containsOnlyKeys(1, 2);
        assertThat(keys.get(2)).hasSizeBetween(15, 45).doesNotContainAnyElementsOf(keys.get(1));
        assertThat(metric("graft_shadow_predictions_total", "task=\"canaried\"", "version=\"3\"", "answer=\"other\""))
                .isEqualTo(4.0 * keys.get(1).size());
        assertThat(metric("graft_prediction_confidence_count", "task=\"canaried\"", "version=\"2\""))
                .isEqualTo(4.0 * keys.get(2).size());
        assertThat(metric("graft_canary_percent", "task=\"canaried\"")).isEqualTo(30);
        assertThat(caller.get("/v1/tasks/canaried/versions").json().findValuesAsText("state"))
                .containsExactly("serving", "canary", "shadow");
    }

    @Test
    void predictsFromVectorsOfAnotherEncoder() throws Exception {
        // Given
        serve(vectors("users", 1, "stays", "leaves", "unsure"));

        // When
        Answer answer = caller.post(predictions("users"), "application/json", "{\"vector\": [0.5, 4, 1e0]}");

        // Then
        assertThat(answer.json().path("label").asText()).isEqualTo("leaves");
        assertThat(answer.json().path("version").asInt()).isEqualTo(1);
    }

    @Test
    void answersWithoutAnErrorWhileTheVersionIsSwapped() throws Exception {
        // Given
        serve(drawings("swaps", 1, NearestMean.head(backbones.image(), "disc", "stripes")));
        ModelReady second = drawings("swaps", 2, NearestMean.head(backbones.image(), "was-disc", "was-stripes"));
        byte[] disc = Drawings.png(Drawings.DISC, UNSEEN);
        AtomicBoolean stopped = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        List<Answer> answers = new ArrayList<>();
        CompletableFuture<Void> client = CompletableFuture.runAsync(() -> {
            while (!stopped.get()) {
                answers.add(caller.post(predictions("swaps"), "image/png", disc));
                begun.countDown();
            }
        });
        assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

        // When
        serve(second);
        Answer after = caller.post(predictions("swaps"), "image/png", disc);
        stopped.set(true);
        client.get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        // Then
        assertThat(after.json().path("version").asInt()).isEqualTo(2);
        Set<String> seen = new TreeSet<>();
        assertThat(answers).isNotEmpty().allSatisfy(answer -> {
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            seen.add(answer.json().path("version").asInt() + " " + answer.json().path("label").asText());
        });
        assertThat(seen).contains("1 disc").isSubsetOf("1 disc", "2 was-disc");
        assertThat(caller.post(predictions("swaps") + "?version=1", "image/png", disc).json().path("label").asText())
                .isEqualTo("disc");
        assertThat(metric("graft_model_swaps_total", "task=\"swaps\"", "outcome=\"swapped\"")).isEqualTo(2);
        assertThat(metric("graft_serving_version", "task=\"swaps\"")).isEqualTo(2);
        assertThat(metric("graft_request_to_serving_seconds_count", "task=\"swaps\"")).isEqualTo(2);
        assertThat(metric("graft_model_swap_duration_seconds_count")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void goesOnWithTheOldVersionWhenTheNewOneIsBroken() throws Exception {
        // Given
        serve(vectors("broken", 1, "left", "right"));
        ObjectNode flipped = Json.LENIENT.valueToTree(vectors("broken", 2, "right", "left"));
        byte[] file = Base64.getDecoder().decode(flipped.at("/head/data").asText());
        file[file.length - 1] ^= 1;
        flipped.withObject("head").put("data", Base64.getEncoder().encodeToString(file));

        // When
        topics.publish("broken@2", Json.write(flipped));
        topics.promote(ModelEvents.promotion("broken", 2));
        await().atMost(LIMIT).until(() -> metric("graft_model_swaps_total", "task=\"broken\"", "outcome=\"refused\""),
                refused -> refused == 2);

        // Then
        JsonNode task = caller.get("/v1/tasks/broken").json();
        assertThat(task.path("version").asInt()).isEqualTo(1);
        assertThat(task.path("promotedVersion").asInt()).isEqualTo(2);
        JsonNode version = caller.get("/v1/tasks/broken/versions/2").json();
        assertThat(version.path("state").asText()).isEqualTo("refused");
        assertThat(version.path("problem").path("code").asText()).isEqualTo("MODEL_HEAD_DIGEST_WRONG");
        assertThat(caller.post(predictions("broken"), "application/json", "{\"vector\": [9, 0]}").json().path("label").asText())
                .isEqualTo("left");
    }

    @Test
    void showsWhatServesWithItsEvaluationAndLineage() throws Exception {
        // Given
        topics.publish(vectors("shown", 1, "left", "right"));
        serve(vectors("shown", 2, "left", "right"));

        // When
        JsonNode task = caller.get("/v1/tasks/shown").json();
        JsonNode versions = caller.get("/v1/tasks/shown/versions").json();
        JsonNode version = caller.get("/v1/tasks/shown/versions/2").json();
        JsonNode tasks = caller.get("/v1/tasks").json();

        // Then
        assertThat(task.path("model").path("trainingRunId").asText()).isEqualTo("run-2");
        assertThat(task.path("promotion").path("reason").asText()).isEqualTo("gate");
        assertThat(task.path("versionCount").asInt()).isEqualTo(2);
        assertThat(versions.path("versions").findValuesAsText("state")).containsExactly("loaded", "serving");
        assertThat(versions.path("versions").get(0).has("model")).isFalse();
        assertThat(version.path("model").path("evaluation").path("accuracy").asDouble()).isEqualTo(0.902);
        assertThat(version.path("model").path("dataset").path("sampleCount").asInt()).isEqualTo(100);
        assertThat(version.path("model").path("recipe").path("asked").path("epochs").asInt()).isEqualTo(25);
        assertThat(version.path("model").path("requestedAt").asText()).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(version.path("model").path("head").has("data")).isFalse();
        assertThat(tasks.path("tasks").findValuesAsText("task")).contains("shown");
    }

    @Test
    void readsAnArchivedVersionAgainFromItsTopic() throws Exception {
        // Given
        for (int version = 1; version <= 12; version++) {
            topics.publish(vectors("archived", version, "left-" + version, "right"));
        }
        topics.promote(ModelEvents.promotion("archived", 12));
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/archived/versions/1").json().path("state").asText(),
                state -> state.equals("archived"));

        // When
        topics.promote(ModelEvents.promotion("archived", 1));
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/archived").json().path("version").asInt(),
                serving -> serving == 1);

        // Then
        assertThat(caller.post(predictions("archived"), "application/json", "{\"vector\": [9, 0]}").json().path("label")
                .asText()).isEqualTo("left-1");
    }

    @Test
    void countsEveryRequestThatAVersionWasFoundForOnce() throws Exception {
        // Given
        serve(vectors("counted", 1, "left", "right"));
        String path = predictions("counted");

        // When
        caller.post(path, "application/json", "{\"vector\": [9, 0]}");
        caller.post(path, "application/json", "{\"vector\": [9, 0]}");
        caller.post(path, "application/json", "{\"vector\": [9, 0, 1]}");
        caller.post(path, "application/json", "{");
        caller.post(path + "?version=7", "application/json", "{\"vector\": [9, 0]}");
        caller.post(predictions("never-heard-of"), "application/json", "{\"vector\": [9, 0]}");

        // Then
        assertThat(metric("graft_predictions_total", "task=\"counted\"", "version=\"1\"", "outcome=\"ok\"")).isEqualTo(2);
        assertThat(metric("graft_predictions_total", "task=\"counted\"", "outcome=\"invalid\"")).isEqualTo(2);
        assertThat(metric("graft_predictions_total", "task=\"counted\"")).isEqualTo(4);
        assertThat(metric("graft_prediction_duration_seconds_count", "task=\"counted\"")).isEqualTo(4);
        assertThat(metric("graft_prediction_duration_seconds_bucket", "task=\"counted\"", "le=\"+Inf\"")).isEqualTo(4);
        assertThat(caller.get("/q/metrics").text()).doesNotContain("never-heard-of")
                .contains("graft_prediction_queue_depth", "graft_backbone_info{");
    }

    @Test
    void isReadyLiveAndStartedOnceItAnswers() {
        // When // Then
        for (String probe : List.of("ready", "live", "started")) {
            assertThat(caller.get("/q/health/" + probe)).satisfies(answer -> {
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                assertThat(answer.json().path("checks")).isNotEmpty();
            });
        }
        assertThat(caller.get("/q/health/ready").text()).contains("models-read").contains("remainingCount")
                .contains("promotions-followed", "backbones-loaded");
        assertThat(caller.get("/q/health/live").text()).contains("models-replay", "backbone-workers");
    }

    @Test
    void describesItsPathsAsOpenApi() {
        // When
        JsonNode document = caller.get("/q/openapi?format=json").json();

        // Then
        assertThat(document.path("paths").properties().stream().map(path -> path.getKey())).containsExactlyInAnyOrder(
                "/v1/backbones", "/v1/tasks", "/v1/tasks/{task}", "/v1/tasks/{task}/versions",
                "/v1/tasks/{task}/versions/{version}",
                "/v1/tasks/{task}/predictions", "/v1/tasks/{task}/predictions/{predictionId}/feedback", "/v2",
                "/v2/health/live", "/v2/health/ready", "/v2/models/{task}",
                "/v2/models/{task}/ready", "/v2/models/{task}/infer", "/v2/models/{task}/versions/{version}",
                "/v2/models/{task}/versions/{version}/ready", "/v2/models/{task}/versions/{version}/infer");
        JsonNode predict = document.at("/paths/~1v1~1tasks~1{task}~1predictions/post");
        assertThat(predict.path("responses").properties().stream().map(response -> response.getKey())).contains("200", "400",
                "404", "413", "415", "503");
        assertThat(document.findValues("responses")).isNotEmpty().allSatisfy(
                responses -> assertThat(responses.has("503")).as(responses.toString()).isTrue());
        assertThat(predict.path("requestBody").path("content").properties().stream().map(type -> type.getKey()))
                .contains("image/jpeg", "image/png", "text/plain", "application/json", "multipart/form-data");
        assertThat(document.at("/components/schemas/Prediction/properties/version/$ref").asText())
                .isEqualTo("#/components/schemas/ModelVersion");
        assertThat(document.at("/components/schemas/ModelVersion/type").asText()).isEqualTo("integer");
    }

    @Test
    void answersTheExamplesOfItsOpenApi() throws Exception {
        // Given
        serve(vectors("examples", 1, "a", "b", "c"));
        JsonNode predict = caller.get("/q/openapi?format=json").json()
                .at("/paths/~1v1~1tasks~1{task}~1predictions/post");
        JsonNode request = predict.at("/requestBody/content/application~1json/examples/vector/value");
        JsonNode documented = predict.at("/responses/200/content/application~1json/examples/ants or bees/value");

        // When
        Answer answer = caller.post(predictions("examples"), "application/json", Json.write(request));

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("label").asText()).isEqualTo("c");
        assertThat(fields(answer.json())).isNotEmpty().isEqualTo(fields(documented));
    }

    private static List<String> fields(JsonNode object) {
        return object.properties().stream().map(field -> field.getKey()).toList();
    }

    @Test
    void countsARequestWhoseClientHangsUpAsCancelled() throws Exception {
        // Given
        serve(vectors("hung-up", 1, "left", "right"));
        CountDownLatch gate = new CountDownLatch(1);
        List<Thread> decoders = new ArrayList<>();
        for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
            Thread decoder = new Thread(() -> predictor.predictAll(ModelChoice.serving(new TaskId("hung-up")),
                    model -> holdTheCore(gate), new Patience(LIMIT)));
            decoder.start();
            decoders.add(decoder);
        }
        await().atMost(LIMIT)
                .until(() -> decoders.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
        byte[] body = "{\"vector\": [1, 2]}".getBytes(StandardCharsets.UTF_8);

        // When
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.getOutputStream().write(("POST " + predictions("hung-up")
                    + "?timeout=PT9S HTTP/1.1\r\nHost: graft\r\nContent-Type: application/json\r\nContent-Length: "
                    + body.length
                    + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            await().atMost(LIMIT).until(InferenceServiceTest::someWorkerWaitsForACore);
        }

        // Then
        await().atMost(LIMIT).until(
                () -> metric("graft_predictions_total", "task=\"hung-up\"", "outcome=\"cancelled\"") == 1);
        gate.countDown();
    }

    private static boolean someWorkerWaitsForACore() {
        return Thread.getAllStackTraces().values().stream().map(List::of)
                .anyMatch(frames -> frames.stream().anyMatch(frame -> frame.getMethodName().equals("beginDecode"))
                        && frames.stream().anyMatch(frame -> frame.getClassName().endsWith(".PredictionResource")));
    }

    private static List<PredictionInput> holdTheCore(CountDownLatch gate) {
        try {
            assertThat(gate.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }
}
