package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import javax.imageio.ImageIO;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

/** Why the service said what it said, with the bundled backbone, which sees 128 of 146 pixels in 4 × 4 places. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class ExplanationTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final String PATH = "/v1/tasks/explained/predictions";
    private static final String BEE = "stripes of the bée 🐝";
    private static final byte[] DISC = Drawings.png(Drawings.DISC, 1000);

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
    void serve() throws Exception {
        caller = new Caller(root);
        Backbone identity = backbones.forContent(new SampleContent.Vector(new float[2]));
        serve(ModelEvents.ready("explained", 1, backbones.image().descriptor(),
                NearestMean.head(backbones.image(), "disc", BEE)));
        serve(ModelEvents.ready("unexplained", 1, identity.descriptor(), ModelEvents.largest("a", "b")));
    }

    private void serve(ModelReady ready) throws Exception {
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.publish(ready);
            topics.promote(ModelEvents.promotion(ready.task().value(), 1));
        }
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/" + ready.task()).json().path("version").asInt() == 1);
    }

    private static double logit(JsonNode explanation) {
        double sum = 0;
        for (JsonNode row : explanation.get("values")) {
            for (JsonNode value : row) {
                sum += value.doubleValue();
            }
        }
        return sum / (explanation.get("rows").intValue() * explanation.get("columns").intValue())
                + explanation.get("bias").doubleValue();
    }

    @Test
    void givesContributionsThatAddUpToTheAnsweredProbabilities() {
        // When
        JsonNode plain = caller.post(PATH, DISC).json();
        JsonNode disc = caller.post(PATH + "?explain=cam&version=1", DISC).json();
        JsonNode stripes = caller.postForm(PATH + "?explain=cam&label=stripes%20of%20the%20b%C3%A9e%20%F0%9F%90%9D", "file",
                "image/png", DISC).json();

        // Then
        JsonNode explanation = disc.get("explanation");
        assertThat(explanation.get("method").asText()).isEqualTo("cam");
        assertThat(explanation.get("label").asText()).isEqualTo("disc").isEqualTo(disc.get("label").asText());
        assertThat(explanation.get("rows").asInt()).isEqualTo(4);
        assertThat(explanation.get("values")).hasSize(4).allSatisfy(row -> assertThat(row).hasSize(4));
        assertThat(explanation.at("/region/width").asDouble()).isEqualTo(128 * 160 / 146.0);
        assertThat(explanation.at("/region/x").asDouble()).isEqualTo(9 * 160 / 146.0);
        assertThat(stripes.at("/explanation/label").asText()).isEqualTo(BEE);
        double odds = logit(explanation) - logit(stripes.get("explanation"));
        // Half precision, where the machine has it, rounds features and not maps.
        boolean exact = backbones.image().descriptor().precision().equals("float32");
        assertThat(1 / (1 + Math.exp(-odds))).isCloseTo(disc.get("probability").doubleValue(), within(exact ? 1e-4 : 0.05));
        assertThat(plain.get("probability").doubleValue()).isCloseTo(disc.get("probability").doubleValue(), within(1e-3));
        assertThat(plain.has("explanation")).isFalse();
    }

    @Test
    void drawsThemOverTheImage() throws Exception {
        // Given
        HttpRequest request = caller.request(PATH + "?explain=cam&label=stripes%20of%20the%20b%C3%A9e%20%F0%9F%90%9D")
                .header("Accept", "image/png").POST(BodyPublishers.ofByteArray(DISC)).build();

        // When
        HttpResponse<byte[]> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("image/png");
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(response.body()));
        assertThat(picture.getWidth()).isEqualTo(160);
        assertThat(picture.getHeight()).isEqualTo(160);
        String header = response.headers().firstValue("Prediction").orElseThrow();
        assertThat(header).matches("\\p{ASCII}+");
        JsonNode prediction = Json.LENIENT.readTree(header);
        assertThat(prediction.get("label").asText()).isEqualTo("disc");
        assertThat(prediction.get("explainedLabel").asText()).isEqualTo(BEE);
        assertThat(prediction.get("version").asInt()).isEqualTo(1);
        assertThat(prediction.get("predictionId").asText()).hasSize(36);
    }

    @Test
    void answersInNumbersToWhomeverTakesBoth() {
        // When
        Answer answer = caller.send(caller.request(PATH + "?explain=cam").header("Accept", "image/png;q=0.5, */*")
                .POST(BodyPublishers.ofByteArray(DISC)).build());

        // Then
        assertThat(answer.contentType()).startsWith("application/json");
        assertThat(answer.json().has("explanation")).isTrue();
    }

    @Test
    void hasNoneForATaskOfVectors() {
        // When
        Answer answer = caller.post("/v1/tasks/unexplained/predictions?explain=cam", "application/json",
                "{\"vector\": [1, 2]}");

        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("code").asText()).isEqualTo("EXPLANATION_UNSUPPORTED");
        assertThat(answer.json().path("detail").asText()).isEqualTo("task 'unexplained' cannot be explained: its backbone "
                + "'vector' has no class activation map (expected: one of images whose architecture has it, as resnet18)");
    }
}
