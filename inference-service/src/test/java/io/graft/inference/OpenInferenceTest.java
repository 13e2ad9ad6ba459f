package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import javax.imageio.ImageIO;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.inference.Caller.Answer;
import io.graft.model.ModelReady;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** The Open Inference Protocol over HTTP, with documents as its clients write them. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class OpenInferenceTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final byte[] DISC = Drawings.png(Drawings.DISC, 1000);
    private static final byte[] STRIPES = Drawings.png(Drawings.STRIPES, 1000);

    @Inject
    Backbones backbones;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private Caller caller;

    @BeforeEach
    void serveBoth() throws Exception {
        caller = new Caller(root);
        if (caller.get("/v2/models/shapes/ready").status() == 200) {
            return;
        }
        Backbone identity = backbones.forContent(new SampleContent.Vector(new float[3]));
        serve(ModelEvents.ready("riders", 1, identity.descriptor(), ModelEvents.largest("stays", "leaves", "unsure")));
        serve(ModelEvents.ready("shapes", 1, backbones.image().descriptor(),
                NearestMean.head(backbones.image(), "disc", "stripes")));
        Backbone text = backbones.forContent(new SampleContent.Text("any"));
        serve(ModelEvents.ready("moods", 1, text.descriptor(), NearestText.head(text,
                Map.of("glad", "I am very happy today", "lost", "Where is my card? It has not arrived."))));
    }

    private void serve(ModelReady ready) throws Exception {
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.publish(ready);
            topics.promote(ModelEvents.promotion(ready.task().value(), ready.version().number()));
        }
        await().atMost(LIMIT).until(() -> caller.get("/v2/models/" + ready.task() + "/ready").status() == 200);
    }

    @Test
    void saysWhatItIs() {
        // When
        JsonNode server = caller.get("/v2").json();
        JsonNode model = caller.get("/v2/models/shapes").json();

        // Then
        assertThat(server.path("name").asText()).isEqualTo("graft");
        assertThat(server.path("extensions").get(0).asText()).isEqualTo("binary_tensor_data");
        assertThat(caller.get("/v2/").json()).isEqualTo(server);
        assertThat(caller.get("/v2/health/live").text()).isEqualTo("{\"live\":true}");
        assertThat(caller.get("/v2/health/ready").text()).isEqualTo("{\"ready\":true}");
        assertThat(model.path("name").asText()).isEqualTo("shapes");
        assertThat(model.path("versions").toString()).isEqualTo("[\"1\"]");
        assertThat(model.at("/inputs/0").toString()).isEqualTo("{\"name\":\"images\",\"datatype\":\"BYTES\",\"shape\":[-1]}");
        assertThat(model.path("outputs").findValuesAsText("name")).containsExactly("label", "probability", "probabilities",
                "labels");
        assertThat(caller.get("/v2/models/shapes/versions/1").json()).isEqualTo(model);
        assertThat(caller.get("/v2/models/shapes/versions/1/ready").text()).isEqualTo("{\"name\":\"shapes\",\"ready\":true}");
        assertThat(caller.get("/v2/models/shapes/versions/2/ready").status()).isEqualTo(404);
        assertThat(caller.get("/v2/models/nobody/ready").json().path("ready").asBoolean(true)).isFalse();
    }

    @Test
    void answersFeaturesInJson() {
        // When
        Answer answer = infer("riders", """
                {"id": "42", "parameters": {"timeout": 9000000, "priority": 1},
                 "inputs": [{"name": "x", "datatype": "FP32", "shape": [2, 3], "data": [[0, 9, 0], [0, 0, 9e0]]}]}""");

        // Then
        JsonNode json = answer.json();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(json.path("model_name").asText()).isEqualTo("riders");
        assertThat(json.path("model_version").asText()).isEqualTo("1");
        assertThat(json.path("id").asText()).isEqualTo("42");
        assertThat(json.path("outputs").findValuesAsText("name")).containsExactly("label", "probability", "probabilities",
                "labels");
        assertThat(json.at("/outputs/0/data").toString()).isEqualTo("[\"leaves\",\"unsure\"]");
        assertThat(json.at("/outputs/2/shape").toString()).isEqualTo("[2,3]");
        assertThat(json.at("/outputs/2/data/1").asDouble()).isEqualTo(json.at("/outputs/1/data/0").asDouble())
                .isGreaterThan(0.9);
        assertThat(json.at("/outputs/3/data").toString()).isEqualTo("[\"stays\",\"leaves\",\"unsure\"]");
    }

    @Test
    void answersTexts() throws Exception {
        // When
        JsonNode model = caller.get("/v2/models/moods").json();
        Answer inJson = infer("moods", """
                {"inputs": [{"name": "x", "datatype": "BYTES", "shape": [2],
                             "data": ["What a happy day, I'm glad 😀", "my card is still not there"]}]}""");
        Answered inBytes = inferBinary("moods", "BYTES", "[1]", elements("my card is lost".getBytes(StandardCharsets.UTF_8)),
                "");
        Answer plain = caller.post("/v1/tasks/moods/predictions", "text/plain", "I feel happy");
        Answer document = caller.post("/v1/tasks/moods/predictions", "application/json", "{\"text\": \"I feel happy\"}");

        // Then
        assertThat(model.at("/inputs/0").toString()).isEqualTo("{\"name\":\"texts\",\"datatype\":\"BYTES\",\"shape\":[-1]}");
        assertThat(inJson.json().at("/outputs/0/data").toString()).as(inJson.text()).isEqualTo("[\"glad\",\"lost\"]");
        assertThat(inBytes.json().at("/outputs/0/data").toString()).isEqualTo("[\"lost\"]");
        assertThat(plain.json().path("label").asText()).as(plain.text()).isEqualTo("glad");
        assertThat(document.json().path("probabilities")).isEqualTo(plain.json().path("probabilities"));
    }

    @Test
    void answersWithTheOutputsThatAreWanted() {
        // When
        JsonNode json = infer("riders/versions/1", """
                {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [0, 9, 0]}],
                 "outputs": [{"name": "label"}]}""").json();

        // Then
        assertThat(json.path("outputs")).hasSize(1);
        assertThat(json.at("/outputs/0/data/0").asText()).isEqualTo("leaves");
        assertThat(json.has("id")).isFalse();
    }

    @Test
    void answersTheSameForAnImageInWhateverTensor() throws Exception {
        // Given
        BufferedImage disc = ImageIO.read(new ByteArrayInputStream(DISC));
        byte[] pixels = new byte[3 * disc.getWidth() * disc.getHeight()];
        for (int i = 0; i < pixels.length; i++) {
            int rgb = disc.getRGB(i / 3 % disc.getWidth(), i / 3 / disc.getWidth());
            pixels[i] = (byte) (rgb >> (16 - 8 * (i % 3)));
        }
        ByteBuffer shares = ByteBuffer.allocate(Float.BYTES * pixels.length).order(ByteOrder.LITTLE_ENDIAN);
        for (byte value : pixels) {
            shares.putFloat((value & 0xFF) / 255f);
        }
        ByteBuffer features = ByteBuffer.allocate(Float.BYTES * 512).order(ByteOrder.LITTLE_ENDIAN);
        features.asFloatBuffer().put(NearestMean.feature(backbones.image(), DISC));
        String shape = "[1, " + disc.getHeight() + ", " + disc.getWidth() + ", 3]";

        // When
        double expected = caller.post("/v1/tasks/shapes/predictions", "image/png", DISC).json().path("probability").asDouble();
        List<JsonNode> answers = List.of(
                infer("shapes", "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"BYTES\", \"shape\": [1], \"data\": [\""
                        + Base64.getEncoder().encodeToString(DISC) + "\"]}]}").json(),
                inferBinary("BYTES", "[1]", elements(DISC), "").json(),
                inferBinary("UINT8", shape, pixels, "").json(),
                inferBinary("FP32", shape, shares.array(), "").json(),
                inferBinary("FP32", "[1, 512]", features.array(), "").json());

        // Then
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.at("/outputs/0/data/0").asText()).as(answer.toString()).isEqualTo("disc");
            assertThat(answer.at("/outputs/1/data/0").asDouble()).isCloseTo(expected, within(1e-4));
        });
    }

    @Test
    void answersSeveralImagesInBytesBehindTheJson() throws Exception {
        // When
        Answered answered = inferBinary("BYTES", "[3, 1]", elements(STRIPES, DISC, STRIPES),
                ", \"parameters\": {\"binary_data_output\": true}");

        // Then
        JsonNode json = answered.json();
        assertThat(answered.response.headers().firstValue("Content-Type")).contains("application/octet-stream");
        ByteBuffer behind = ByteBuffer.wrap(answered.response.body()).order(ByteOrder.LITTLE_ENDIAN)
                .position(answered.jsonLength());
        assertThat(json.at("/outputs/0/parameters/binary_data_size").asInt()).isEqualTo(3 * 4 + 7 + 4 + 7);
        for (String label : List.of("stripes", "disc", "stripes")) {
            byte[] text = new byte[behind.getInt()];
            behind.get(text);
            assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo(label);
        }
        assertThat(json.at("/outputs/1/shape").toString()).isEqualTo("[3]");
        assertThat(behind.getFloat()).isBetween(0.5f, 1f);
        assertThat(behind.remaining()).isEqualTo(2 * 4 + 6 * 4 + 4 + 4 + 4 + 7);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{                                                                       | infer request is not valid JSON",
            "{\"inputs\": []}                                                        | infer request has 0 inputs (expected: 1)",
            "{\"id\": \"1\"}                                                         | infer request has no field 'inputs'",
            "{\"inputs\": [{\"name\": \"x\", \"shape\": [1], \"data\": [1]}]}          | infer request has no field 'inputs[0].datatype'",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3]}]} | input 'x' has neither data nor binary_data_size",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"data\": [1, 2]}]} | input 'x' has 2 elements (expected: 3, by its shape [1, 3])",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [0, 3], \"data\": []}]} | has the shape [0, 3] (expected: 1 or more in each dimension)",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [65536, 65536], \"data\": [1]}]} | more elements than a body can hold",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], \"data\": [1, 2]}]} | 2 numbers",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"data\": [1, 2, true]}]} | expected: numbers or texts",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"data\": [1, 2, 1e99]}]} | (expected: a finite number)",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"INT64\", \"shape\": [1, 3], \"data\": [1, 2, 3]}]} | is of datatype INT64 (expected: one of [BYTES, UINT8, FP32])",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"UINT8\", \"shape\": [1, 3], \"data\": [1, 2, 300]}]} | has 300.0 (expected: whole numbers, 0 to 255)",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"UINT8\", \"shape\": [1, 3], \"data\": [1, 2, 3]}]} | is none that task 'riders' takes (expected: [FP32 [-1, 3]])",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"BYTES\", \"shape\": [1], \"data\": [\"%\"]}]} | is none that task 'riders' takes",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"parameters\": {\"binary_data_size\": 12}}]} | has a binary_data_size of 12 (expected: 0 to the 0 bytes that are left)",
            "{\"parameters\": {\"timeout\": -1}, \"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"data\": [1, 2, 3]}]} | parameter 'timeout' is -1 (expected: microseconds, above 0)",
            "{\"outputs\": [{\"name\": \"logits\"}], \"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"data\": [1, 2, 3]}]} | wants the output 'logits'",
            "{\"outputs\": [{\"name\": \"label\"}, {\"name\": \"label\"}], \"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"data\": [1, 2, 3]}]} | wants the output 'label' twice",
            "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [1]}, {}]} | field 'inputs' is not valid: it has more than 1" })
    void refusesWhatItCannotRead(String document, String sentence) {
        // When
        Answer answer = infer("riders", document);

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.contentType()).startsWith("application/json");
        assertThat(answer.json().path("error").asText()).contains(sentence);
        assertThat(answer.json().path("code").asText()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({ "1e999, Infinity", "-1e39, -Infinity" })
    void refusesFeaturesThatAreNoNumbers(String number, String read) {
        // When
        Answer answer = infer("shapes",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], \"data\": [1, " + number + "]}]}");

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("error").asText())
                .isEqualTo("feature[1] is " + read + " (expected: a finite number)");
        assertThat(answer.json().path("code").asText()).isEqualTo("FEATURE_INVALID");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "% | is not base64", "R0lGODlhAQABAAAAACw= | has an element that is no image",
            "'' | has an element that is no image" })
    void refusesElementsThatAreNoImages(String element, String sentence) {
        // When
        Answer answer = infer("shapes",
                "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"BYTES\", \"shape\": [1], \"data\": [\"" + element
                        + "\"]}]}");

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).contains(sentence);
    }

    @Test
    void refusesMoreInputsThanARequestMayHave() throws Exception {
        // When
        JsonNode answer = inferBinary("FP32", "[65, 512]", new byte[65 * 512 * Float.BYTES], "").json();

        // Then
        assertThat(answer.path("error").asText()).isEqualTo("infer request has 65 inputs at once (expected: at most 64)");
    }

    @Test
    void hasTheProtocolsErrorForEveryPathOfIt() {
        // Then
        assertThat(infer("nobody", "{\"inputs\": [{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [1]}]}"))
                .satisfies(answer -> {
                    assertThat(answer.status()).isEqualTo(404);
                    assertThat(answer.json().path("code").asText()).isEqualTo("TASK_UNKNOWN");
                });
        assertThat(caller.get("/v2/models/shapes/infer")).satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.json().path("error").asText()).contains("does not take this method");
        });
        assertThat(caller.get("/v2/models/shapes/versions/x").status()).isEqualTo(400);
    }

    @Test
    void endsARequestWhoseTimeIsOver() {
        // When
        Answer answer = infer("shapes", "{\"parameters\": {\"timeout\": 1}, \"inputs\": [{\"name\": \"x\", \"datatype\":"
                + " \"BYTES\", \"shape\": [1], \"data\": [\"" + Base64.getEncoder().encodeToString(DISC) + "\"]}]}");

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.json().path("code").asText()).isEqualTo("PREDICTION_TIMEOUT");
    }

    private Answer infer(String model, String document) {
        return caller.post("/v2/models/" + model + "/infer", "application/json", document);
    }

    /** An answer in bytes. */
    private record Answered(HttpResponse<byte[]> response) {

        int jsonLength() {
            return response.headers().firstValue("Inference-Header-Content-Length").map(Integer::valueOf)
                    .orElse(response.body().length);
        }

        JsonNode json() throws IOException {
            return Json.LENIENT.readTree(response.body(), 0, jsonLength());
        }
    }

    /** One tensor behind the JSON, as Triton's clients send it. */
    private Answered inferBinary(String datatype, String shape, byte[] tensor, String more)
            throws IOException, InterruptedException {
        return inferBinary("shapes", datatype, shape, tensor, more);
    }

    private Answered inferBinary(String model, String datatype, String shape, byte[] tensor, String more)
            throws IOException, InterruptedException {
        byte[] json = ("{\"inputs\": [{\"name\": \"x\", \"datatype\": \"" + datatype + "\", \"shape\": " + shape
                + ", \"parameters\": {\"binary_data_size\": " + tensor.length + "}}]" + more + "}")
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json);
        body.writeBytes(tensor);
        HttpRequest request = caller.request("/v2/models/" + model + "/infer")
                .header("Inference-Header-Content-Length", String.valueOf(json.length))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())).build();
        return new Answered(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray()));
    }

    private static byte[] elements(byte[]... elements) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] element : elements) {
            bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(element.length).array());
            bytes.writeBytes(element);
        }
        return bytes.toByteArray();
    }
}
