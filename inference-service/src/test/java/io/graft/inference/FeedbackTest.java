package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import jakarta.inject.Inject;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.backbone.Backbones;
import io.graft.digest.Digests;
import io.graft.event.Topics;
import io.graft.inference.Caller.Answer;
import io.graft.testing.Await;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** From a prediction back to a sample, over HTTP and a real broker. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class FeedbackTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final Topics TOPICS = new Topics(KafkaResource.PREFIX);
    private static final String TASK = "corrected";
    private static final String PREDICTIONS = "/v1/tasks/" + TASK + "/predictions";

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
    void serve() throws Exception {
        caller = new Caller(root);
        topics = new TopicWriter(TOPICS, bootstrapServers);
        reader = new TopicReader(bootstrapServers);
        if (caller.get("/v2/models/" + TASK + "/ready").status() != 200) {
            topics.publish(ModelEvents.ready(TASK, 1, backbones.image().descriptor(),
                    NearestMean.head(backbones.image(), "disc", "stripes")));
            topics.promote(ModelEvents.promotion(TASK, 1));
            await().atMost(LIMIT).until(() -> caller.get("/v2/models/" + TASK + "/ready").status() == 200);
        }
    }

    @AfterEach
    void close() {
        topics.close();
    }

    private String predict(byte[] image) {
        Answer answer = caller.post(PREDICTIONS, "image/png", image);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json().path("predictionId").asText();
    }

    private Answer feedback(String predictionId, String json) {
        return caller.post(PREDICTIONS + "/" + predictionId + "/feedback", "application/json", json);
    }

    @Test
    void turnsAPredictionIntoASample() {
        // Given
        byte[] image = Drawings.png(Drawings.DISC, 3000);
        String predictionId = predict(image);
        String again = predict(image);

        // When
        Answer right = feedback(predictionId, "{\"label\": \"disc\"}");
        Answer corrected = feedback(again, "{\"label\": \"stripes\"}");
        Answer repeated = feedback(again, "{\"label\": \"stripes\"}");

        // Then
        assertThat(right.status()).as(right.text()).isEqualTo(202);
        assertThat(right.json().path("topic").asText()).isEqualTo(TOPICS.labelledSamples());
        String key = right.json().path("key").asText();
        assertThat(key).startsWith(TASK + "/feedback-");
        assertThat(corrected.json().path("key").asText()).isEqualTo(key);
        assertThat(repeated.status()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> sample = reader.read(TOPICS.labelledSamples(), key, 3).get(0);
        assertThat(sample.value()).isEqualTo(image);
        assertThat(TopicReader.header(sample, "label")).isEqualTo("disc");
        assertThat(TopicReader.header(sample, "content-type")).isEqualTo("image/png");
        assertThat(TopicReader.header(sample, "prediction-id")).isEqualTo(predictionId);
        assertThat(metric("graft_feedback_total{answer=\"right\",task=\"corrected\",version=\"1\"")).isEqualTo("1.0");
        assertThat(metric("graft_feedback_total{answer=\"wrong\",task=\"corrected\",version=\"1\"")).isEqualTo("1.0");
    }

    private String metric(String series) {
        return caller.send(caller.request("/q/metrics").header("Accept", "text/plain").build()).text().lines()
                .filter(line -> line.startsWith(series)).map(line -> line.substring(line.lastIndexOf(' ') + 1)).findFirst()
                .orElse("none");
    }

    @Test
    void handsFeedbackOnToTheReplicaThatAnswered() throws Exception {
        // Given
        String ofAnother = UUID.randomUUID().toString();
        byte[] image = Drawings.png(Drawings.STRIPES, 3001);
        String own = predict(image);
        String ownForgotten = own.substring(0, own.length() - 4) + "0000";

        // When
        Answer handedOn = feedback(ofAnother, "{\"label\": \"disc\"}");
        for (String id : new String[] { own, ownForgotten }) {
            topics.feedback(id, "{\"predictionId\":\"" + id + "\",\"task\":\"" + TASK + "\",\"label\":\"handed-on\"}");
        }

        // Then
        assertThat(handedOn.status()).as(handedOn.text()).isEqualTo(202);
        assertThat(handedOn.text())
                .isEqualTo("{\"topic\":\"" + TOPICS.predictionFeedback() + "\",\"key\":\"" + ofAnother + "\"}");
        ConsumerRecord<byte[], byte[]> letter = reader.read(Topics.deadLetter(TOPICS.predictionFeedback()), ownForgotten, 1)
                .get(0);
        assertThat(TopicReader.header(letter, "dead-letter-code")).isEqualTo("PREDICTION_UNKNOWN");
        String key = TASK + "/feedback-" + Digests.sha256Hex(image);
        assertThat(reader.read(TOPICS.labelledSamples(), key, 1)).singleElement().satisfies(record -> {
            assertThat(TopicReader.header(record, "label")).isEqualTo("handed-on");
            assertThat(record.value()).isEqualTo(image);
        });
    }

    @Test
    void writesASampleAsOldAsTheFeedbackThatWasHandedOn() throws Exception {
        // Given: feedback that is taken again after a failure, behind a correction of the same sample
        byte[] image = Drawings.png(Drawings.STRIPES, 3005);
        String predictionId = predict(image);
        long toldMs = System.currentTimeMillis() - Duration.ofMinutes(10).toMillis();
        double takenBefore = caller.metric("graft_prediction_feedback_total", "outcome=\"taken\"");

        // When
        Answer correction = feedback(predictionId, "{\"label\": \"disc\"}");
        topics.feedbackAt(toldMs, predictionId,
                "{\"predictionId\":\"" + predictionId + "\",\"task\":\"" + TASK + "\",\"label\":\"stripes\"}");

        // Then
        List<ConsumerRecord<byte[], byte[]>> samples = reader.read(TOPICS.labelledSamples(),
                correction.json().path("key").asText(), 2);
        assertThat(TopicReader.header(samples.get(1), "label")).isEqualTo("stripes");
        assertThat(samples.get(1).timestamp()).isEqualTo(toldMs).isLessThan(samples.get(0).timestamp());
        await().atMost(LIMIT).until(
                () -> caller.metric("graft_prediction_feedback_total", "outcome=\"taken\"") == takenBefore + 1);
    }

    @Test
    void putsAsideFeedbackWhoseContentTheTopicDoesNotTake() throws Exception {
        // Given
        String predictionId = predict(largerThanATopicTakes());
        byte[] small = Drawings.png(Drawings.DISC, 3003);
        String another = predict(small);

        // When
        Answer answer = feedback(predictionId, "{\"label\": \"disc\"}");
        for (String id : new String[] { predictionId, another }) {
            topics.feedback(id, "{\"predictionId\":\"" + id + "\",\"task\":\"" + TASK + "\",\"label\":\"too-large\"}");
        }

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(413);
        assertThat(answer.json().path("code").asText()).isEqualTo("SAMPLE_TOO_LARGE");
        ConsumerRecord<byte[], byte[]> letter = reader.read(Topics.deadLetter(TOPICS.predictionFeedback()), predictionId, 1)
                .get(0);
        assertThat(TopicReader.header(letter, "dead-letter-code")).isEqualTo("SAMPLE_TOO_LARGE");
        String key = TASK + "/feedback-" + Digests.sha256Hex(small);
        assertThat(TopicReader.header(reader.read(TOPICS.labelledSamples(), key, 1).get(0), "label")).isEqualTo("too-large");
        assertThat(caller.get("/q/health/live").status()).isEqualTo(200);
    }

    @Test
    void takesAsLargeAContentAsTheTopicDoes() throws Exception {
        // Given
        byte[] image = largerThanATopicTakes();
        String predictionId = predict(image);
        setSampleBytesMax(OpType.SET);

        // When
        Answer answer;
        try {
            answer = feedback(predictionId, "{\"label\": \"disc\"}");
        } finally {
            setSampleBytesMax(OpType.DELETE);
        }

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        assertThat(reader.read(TOPICS.labelledSamples(), answer.json().path("key").asText(), 1)).singleElement()
                .satisfies(record -> assertThat(record.value()).isEqualTo(image));
    }

    /** What stands behind the end of an image is no part of it. */
    private static byte[] largerThanATopicTakes() {
        return Arrays.copyOf(Drawings.png(Drawings.DISC, 3004), 2_000_000);
    }

    private void setSampleBytesMax(OpType operation) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, TOPICS.labelledSamples());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.incrementalAlterConfigs(Map.of(topic,
                    List.of(new AlterConfigOp(new ConfigEntry("max.message.bytes", "4000000"), operation)))).all().get();
            await().atMost(LIMIT).until(() -> admin.describeConfigs(List.of(topic)).all().get().get(topic)
                    .get("max.message.bytes").value().equals("4000000") == (operation == OpType.SET));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{}                              | feedback has no label (expected: the label that is right)",
            "{\"label\": \"\"}               | label of 0 characters is not valid",
            "{\"label\": \"disc\", \"x\": 1}   | feedback has the unknown field 'x' (expected: [label])",
            "[                               | feedback is not valid",
            "''                              | feedback is not valid" })
    void refusesFeedbackThatIsNone(String body, String sentence) {
        // When
        Answer answer = feedback(UUID.randomUUID().toString(), body);

        // Then
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.json().path("detail").asText()).contains(sentence);
    }

    @Test
    void refusesWhatItDoesNotRemember() {
        // Given
        String own = predict(Drawings.png(Drawings.DISC, 3002));
        String label = "{\"label\": \"disc\"}";

        // Then
        assertThat(feedback(own.substring(0, own.length() - 4) + "0000", label)).satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.json().path("detail").asText())
                    .contains("is not remembered (expected: one of the last; send its content to labelled-samples instead)");
        });
        assertThat(caller.post("/v1/tasks/other/predictions/" + own + "/feedback", "application/json", label).status())
                .isEqualTo(404);
        assertThat(feedback("42", label)).satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("code").asText()).isEqualTo("PREDICTION_ID_INVALID");
        });
    }
}
