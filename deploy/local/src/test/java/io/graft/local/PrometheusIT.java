package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;

/** A real Prometheus finds in both services what rules and dashboard ask for, and its alerts fire when they should. */
class PrometheusIT {

    private static final Pattern SELECTOR = Pattern.compile("[a-z_]*:?graft[a-z0-9_:]*(?:\\{[^}]*})?");
    private static final Pattern CONDITION = Pattern.compile(" (?:>|<|==|!=) |absent\\(");
    /** What does not happen here: a defect, and a sample whose older record comes later. */
    private static final Pattern NOT_HERE = Pattern.compile("outcome=\"broken\"|graft_features_rewritten_total");
    /** The least that inference takes. */
    private static final String BODIES_BYTES_MAX = "25165824";
    /** Two of these are more. */
    private static final int BODY_BYTES = 16_000_000;
    /** Four times what a prediction may take. */
    private static final Duration OVERLOAD = Duration.ofSeconds(2);
    /** Images that are less than {@link #BODIES_BYTES_MAX} together. */
    private static final int AT_ONCE_MAX = 2000;
    private static final TaskId BIRDS = new TaskId("birds");
    private static final TaskId SHAPES = new TaskId("shapes");

    private final HttpClient http = HttpClient.newHttpClient();
    private int atOnce = 200;

    @Test
    void seesWhatRulesAndDashboardAskForAndFiresItsAlerts(@TempDir Path folder) throws Exception {
        PrometheusProcess.require();
        Path weights = folder.resolve("weights.safetensors");
        try (InputStream bundled = Objects
                .requireNonNull(Backbones.class.getResourceAsStream("resnet18-small-images.safetensors"))) {
            Files.copy(bundled, weights);
        }
        Map<String, String> properties = Map.of("graft.labelling-candidates.enabled", "true", "graft.backbones.lost.weights",
                weights.toString(), "graft.prediction.bodies-bytes-max", BODIES_BYTES_MAX, "graft.prediction.call-count-max",
                String.valueOf(2 * AT_ONCE_MAX), "graft.prediction.queue-capacity", String.valueOf(2 * AT_ONCE_MAX));
        try (LocalStack stack = LocalStack.start(folder, StackPorts.free(), properties);
                StackClient client = new StackClient(stack);
                PrometheusProcess prometheus = PrometheusProcess.start(folder, stack)) {
            // Given
            sendSampleWithoutItsBackbone(stack, client, weights);
            StackClient.until("both services are scraped", () -> prometheus.query("up == 1").size() == 2);
            trainAndServe(client);
            sendWhatCannotBeUsed(client);
            List<LabelledImage> images = new DrawnImages(5).draw(2);

            // When
            List<String> expected = expressionsWithData();
            StackClient.until("every expression has data", () -> {
                ask(stack, client, images);
                return expected.stream().noneMatch(expression -> prometheus.query(expression).isEmpty());
            }, () -> "without data: "
                    + expected.stream().filter(expression -> prometheus.query(expression).isEmpty()).toList());
            StackClient.until("alerts fire", () -> prometheus.alerts("firing")
                    .containsAll(
                            Set.of("GraftDeadLetters", "GraftVersionRefused", "GraftRunFailed", "GraftServingRecordsRejected",
                                    "GraftBackboneLacking")),
                    () -> "firing: " + prometheus.alerts("firing"));

            // Then: one look that takes longer than its second is no loss of a service yet
            assertThat(expected).hasSizeGreaterThan(60);
            assertThat(prometheus.alerts("firing", "pending")).doesNotContain("GraftPredictionsBroken",
                    "GraftReplicasDisagree");
            assertThat(prometheus.alerts("firing")).doesNotContain("GraftDown");
            trainWhatIsLateOrNoBetter(client);
            Set<String> overload = Set.of("GraftLatencyFastBurn", "GraftLatencySlowBurn", "GraftQueueFull", "GraftInputsDrift",
                    "GraftAnswersUnknown", "GraftRequestToServingSlow", "GraftGateRefuses");
            StackClient.until("the alerts of the objectives, of the gate and of drift fire", () -> {
                askTooMuch(stack, images.get(0));
                return prometheus.alerts("firing").containsAll(overload);
            }, () -> "firing: " + prometheus.alerts("firing"));
            stack.trainer().kill();
            StackClient.until("the loss of the trainer is noticed", () -> prometheus.alerts("firing").contains("GraftDown"));
        }
    }

    /** Whole expressions, but of those with a condition only what they look at; none of what other tools measure. */
    private static List<String> expressionsWithData() {
        Set<String> foreign = Documents.table(Documents.text("docs/operations.md"), "### Metrics of others").stream()
                .filter(row -> !row.get(2).equals("the services") && !row.get(2).startsWith("Prometheus"))
                .map(row -> Documents.quoted(row.get(0)).get(0).replaceAll("\\{.*", "")).collect(Collectors.toSet());
        JsonNode rules = Documents.yaml(Documents.text("deploy/observability/graft.rules.yaml"));
        JsonNode dashboard = Documents.yaml(Documents.text("deploy/observability/dashboard.json"));
        Set<String> expressions = new TreeSet<>();
        Stream.of(rules, dashboard).flatMap(document -> document.findValuesAsText("expr").stream())
                .map(expression -> expression.replace("$task", ".*").replace("$__rate_interval", "1m"))
                .filter(expression -> foreign.stream().noneMatch(expression::contains)).forEach(expression -> {
                    if (!CONDITION.matcher(expression).find() && !expression.contains("unless")) {
                        expressions.add(expression);
                    }
                    SELECTOR.matcher(expression).results().map(selector -> selector.group())
                            .filter(selector -> !selector.startsWith("graft-")).forEach(expressions::add);
                });
        expressions.removeIf(expression -> NOT_HERE.matcher(expression).find() || expression.equals("graft"));
        return List.copyOf(expressions);
    }

    /** A task's weights are lost, and its trainer starts without them. */
    private static void sendSampleWithoutItsBackbone(LocalStack stack, StackClient client, Path weights) throws Exception {
        TaskId task = new TaskId("lost");
        sendImages(client, task, new DrawnImages(9).draw(4));
        client.sendTrainRequest(task, "{\"backbone\":\"lost\",\"promotion\":{\"policy\":\"always\"}}");
        client.awaitServing(task, 1);
        stack.trainer().kill();
        Files.delete(weights);
        stack.trainer().restart();
        stack.trainer().awaitReady();
        sendImages(client, task, new DrawnImages(10).draw(1));
    }

    private static void sendImages(StackClient client, TaskId task, List<LabelledImage> images)
            throws ExecutionException, InterruptedException {
        client.sendSamples(task, "image/jpeg", images.stream().map(LabelledImage::bytes).toList(),
                images.stream().map(LabelledImage::label).toList());
    }

    private static void trainAndServe(StackClient client) throws ExecutionException, InterruptedException {
        Random random = new Random(7);
        List<float[]> vectors = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int side = i % 2 * 2 - 1;
            vectors.add(new float[] { side + (float) random.nextGaussian() * 3 / 4, (float) random.nextGaussian() });
            labels.add(side < 0 ? "left" : "right");
        }
        client.sendVectors(BIRDS, vectors, labels);
        client.sendTrainRequest(BIRDS, "{\"unknown\":{\"accuracy\":0.95},\"promotion\":{\"policy\":\"always\"}}");
        sendImages(client, SHAPES, new DrawnImages(3).draw(4));
        client.sendTrainRequest(SHAPES, "{\"promotion\":{\"policy\":\"always\"}}");
        TaskId policy = new TaskId("by-policy");
        client.sendVectors(policy, 20, false);
        client.send("training-policies", policy.value(), utf8("{\"afterSampleCount\":1}"), Map.of());
        client.awaitServing(BIRDS, 1);
        for (int version = 2; version <= 3; version++) {
            client.sendTrainRequest(BIRDS, "{\"promotion\":{\"policy\":\"never\"}}");
            client.awaitModel(BIRDS, version);
        }
        client.send("promotions", BIRDS.value(), utf8(
                "{\"task\":\"birds\",\"version\":1,\"reason\":\"manual\",\"canary\":{\"version\":2,\"percent\":50},\"shadow\":{\"version\":3},\"at\":\""
                        + Instant.now() + "\"}"),
                Map.of());
        client.awaitServing(SHAPES, 1);
    }

    private static void sendWhatCannotBeUsed(StackClient client) throws ExecutionException, InterruptedException {
        client.send("labelled-samples", BIRDS + "/nameless", utf8("{\"vector\":[0,0]}"), Map.of());
        client.send("sample-features", BIRDS + "/foreign", utf8("x"), Map.of());
        client.sendTrainRequest(BIRDS, "{\"epochs\":1}");
        client.sendTrainRequest(new TaskId("empty"), "{}");
        client.send("prediction-requests", "1", utf8("{\"vector\":[0,0]}"), Map.of("task", "nobody-knows"));
        client.send("prediction-feedback", "1", utf8("{\"label\":\"left\"}"), Map.of());
        client.send("promotions", "unreadable", utf8("no promotion"), Map.of());
        client.send("promotions", SHAPES.value(),
                utf8("{\"task\":\"shapes\",\"version\":99,\"reason\":\"manual\",\"at\":\"" + Instant.now() + "\"}"), Map.of());
    }

    /** Some of each kind of prediction; whether all of them are answered is another test's to see. */
    private void ask(LocalStack stack, StackClient client, List<LabelledImage> images) {
        URI predictions = stack.inference().uri().resolve("/v1/tasks/birds/predictions");
        try {
            JsonNode answer = post(predictions, "{\"vector\":[-1.5,0]}");
            post(URI.create(predictions + "/" + answer.path("predictionId").asText() + "/feedback"),
                    "{\"label\":\"" + answer.path("label").asText() + "\"}");
            for (int i = 0; i < 10; i++) {
                post(predictions, "{\"vector\":[0,0.1]}");
            }
            for (LabelledImage image : images) {
                client.predict(SHAPES, "image/jpeg", image.bytes());
            }
            http.send(HttpRequest.newBuilder(stack.inference().uri().resolve("/v1/tasks/shapes/predictions?timeout=1"))
                    .header("Content-Type", "image/jpeg")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(images.get(0).bytes())).build(),
                    HttpResponse.BodyHandlers.discarding());
            sendTwoLargeBodies(stack.inference().port());
            client.send("prediction-requests", "2", utf8("{\"vector\":[1,0]}"), Map.of("task", BIRDS.value()));
        } catch (IOException | ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** One does not come to its end, so that there is no room for the other. */
    private static void sendTwoLargeBodies(int port) throws IOException {
        byte[] request = HttpConnection.post("/v1/tasks/birds/predictions", "image/jpeg", new byte[BODY_BYTES]);
        try (HttpConnection unfinished = new HttpConnection(port); HttpConnection other = new HttpConnection(port)) {
            unfinished.send(Arrays.copyOf(request, request.length - 1));
            other.exchange(request);
        }
    }

    /** A request of ten minutes ago, and a task whose labels are drawn, so that no version of it passes the gate. */
    private static void trainWhatIsLateOrNoBetter(StackClient client) throws ExecutionException, InterruptedException {
        client.sendTrainRequest(SHAPES, "{\"promotion\":{\"policy\":\"always\"}}", Instant.now().minusSeconds(600));
        TaskId drawn = new TaskId("drawn");
        Random random = new Random(11);
        List<float[]> vectors = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            vectors.add(new float[] { (float) random.nextGaussian(), (float) random.nextGaussian() });
            labels.add(random.nextBoolean() ? "head" : "tail");
        }
        client.sendVectors(drawn, vectors, labels);
        for (int version = 1; version <= 3; version++) {
            client.sendTrainRequest(drawn, "{\"promotion\":{\"minimumAccuracy\":1}}");
            client.awaitModel(drawn, version);
        }
    }

    /**
     * So many at once that most take longer than half a second, however fast the machine, and some give up. Also vectors far
     * from the training, and twice as many between the labels for the version that knows a threshold.
     */
    private void askTooMuch(LocalStack stack, LabelledImage image) {
        URI shapes = stack.inference().uri().resolve("/v1/tasks/shapes/predictions");
        List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
        Instant begin = Instant.now();
        for (int i = 0; i < atOnce; i++) {
            URI uri = i % 10 == 0 ? URI.create(shapes + "?timeout=1") : shapes;
            answers.add(http.sendAsync(HttpRequest.newBuilder(uri).header("Content-Type", "image/jpeg")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(image.bytes())).build(),
                    HttpResponse.BodyHandlers.discarding()));
        }
        answers.forEach(CompletableFuture::join);
        if (Duration.between(begin, Instant.now()).compareTo(OVERLOAD) < 0) {
            atOnce = Math.min(2 * atOnce, AT_ONCE_MAX);
        }
        try {
            URI birds = stack.inference().uri().resolve("/v1/tasks/birds/predictions");
            for (int i = 0; i < 20; i++) {
                post(birds, "{\"vector\":[50,-50]}");
                post(URI.create(birds + "?version=1"), "{\"vector\":[0,0.1]}");
                post(URI.create(birds + "?version=1"), "{\"vector\":[0,0]}");
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private JsonNode post(URI uri, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)).build();
        return Json.readLenient(http.send(request, HttpResponse.BodyHandlers.ofByteArray()).body(), JsonNode.class,
                "ANSWER_INVALID", "answer of " + uri);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
