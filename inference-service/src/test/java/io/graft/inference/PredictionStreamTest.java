package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import jakarta.inject.Inject;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** Requests over a real broker: each has one prediction or one dead letter. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class PredictionStreamTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final Topics TOPICS = new Topics(KafkaResource.PREFIX);

    @Inject
    Backbones backbones;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private Caller caller;
    private TopicWriter topics;
    private TopicReader reader;

    @BeforeEach
    void open() {
        caller = new Caller(root);
        topics = new TopicWriter(TOPICS, bootstrapServers);
        reader = new TopicReader(bootstrapServers);
    }

    @AfterEach
    void close() {
        topics.close();
    }

    private void serve(String task, String... labels) throws Exception {
        Backbone identity = backbones.forContent(new SampleContent.Vector(new float[labels.length]));
        topics.publish(ModelEvents.ready(task, 1, identity.descriptor(), ModelEvents.largest(labels)));
        topics.promote(ModelEvents.promotion(task, 1));
        await().atMost(LIMIT).until(() -> caller.get("/v2/models/" + task + "/ready").status() == 200);
    }

    @Test
    void answersEveryRequestOnce() throws Exception {
        // Given
        serve("asked", "left", "right");

        // When
        for (int i = 0; i < 500; i++) {
            topics.request("asked-" + i, bytes(i % 2 == 0 ? "{\"vector\": [9, 0]}" : "{\"vector\": [0, 9]}"), "task", "asked",
                    "content-type", "application/json", "correlation-id", "c" + i);
        }

        // Then
        List<ConsumerRecord<byte[], byte[]>> answers = reader.read(TOPICS.predictions(), "asked-", 500);
        Set<String> keys = new HashSet<>();
        Set<String> predictionIds = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> answer : answers) {
            String key = new String(answer.key(), StandardCharsets.UTF_8);
            int number = Integer.parseInt(key.substring("asked-".length()));
            JsonNode prediction = Json.LENIENT.readTree(answer.value());
            assertThat(prediction.path("label").asText()).isEqualTo(number % 2 == 0 ? "left" : "right");
            assertThat(prediction.path("version").asInt()).isEqualTo(1);
            assertThat(answer.headers().toArray()).extracting(Header::key).containsExactly("correlation-id");
            assertThat(answer.headers().lastHeader("correlation-id").value()).isEqualTo(bytes("c" + number));
            keys.add(key);
            predictionIds.add(prediction.path("predictionId").asText());
        }
        assertThat(keys).hasSize(500);
        assertThat(predictionIds).hasSize(500);
    }

    @Test
    void putsAsideWhatItCannotAnswer() throws Exception {
        // Given
        serve("strict", "left", "right");
        byte[] vector = bytes("{\"vector\": [9, 0]}");

        // When
        topics.request("bad-1", vector, "content-type", "application/json");
        topics.request("bad-2", vector, "task", "never-heard-of");
        topics.request("bad-3", vector, "task", "strict", "version", "7");
        topics.request("bad-4", bytes("{\"vector\": [9]}"), "task", "strict");
        topics.request("bad-5", bytes("{"), "task", "strict");
        topics.request("bad-6", null, "task", "strict");
        topics.request("bad-7", vector, "task", "../etc");
        topics.request("good-1", vector, "ce_specversion", "1.0", "ce_id", "1", "ce_type", "x", "ce_source", "x", "ce_task",
                "strict", "ce_version", "1");

        // Then
        assertThat(reader.read(Topics.deadLetter(TOPICS.predictionRequests()), "bad-", 7))
                .extracting(letter -> new String(letter.key(), StandardCharsets.UTF_8) + " "
                        + new String(letter.headers().lastHeader("dead-letter-code").value(), StandardCharsets.UTF_8))
                .containsExactlyInAnyOrder("bad-1 PREDICTION_REQUEST_INVALID", "bad-2 TASK_UNKNOWN", "bad-3 VERSION_UNKNOWN",
                        "bad-4 SAMPLE_VECTOR_INVALID", "bad-5 SAMPLE_JSON_INVALID", "bad-6 PREDICTION_REQUEST_INVALID",
                        "bad-7 TASK_INVALID");
        assertThat(reader.read(TOPICS.predictions(), "good-", 1)).hasSize(1);
        assertThat(reader.read(TOPICS.predictions(), "bad-", 0)).isEmpty();
        assertThat(caller.get("/q/health/live").text()).contains("prediction-requests");
        assertThat(caller.send(caller.request("/q/metrics").header("Accept", "text/plain").build()).text())
                .contains("graft_prediction_requests_total{outcome=\"rejected\"");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
