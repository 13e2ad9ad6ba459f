package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import jakarta.inject.Inject;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.testing.Await;
import io.graft.testing.ReceivedSpan;
import io.graft.testing.SpanCollector;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/** Traces from samples and requests to what is made of them, as a collector and the records have them. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
@TestProfile(Traced.class)
class TracingTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final String SENDERS_SPAN = "00f067aa0ba902b7";

    @Inject
    @ConfigProperty(name = SpanCollector.ENDPOINT)
    URI endpoint;

    private SpanCollector collector;
    private Kafka kafka;

    @BeforeEach
    void open() {
        collector = SpanCollector.start(endpoint.getPort());
        kafka = new Kafka();
    }

    @AfterEach
    void close() {
        kafka.close();
        collector.close();
    }

    private static String traceId(int number) {
        return String.format("5bf92f3577b34da6a3ce929d0e0e%04d", number);
    }

    private static String traceparent(String traceId) {
        return "00-" + traceId + "-" + SENDERS_SPAN + "-01";
    }

    private void sendSamples(String task) {
        for (int i = 0; i < 40; i++) {
            kafka.sendVector(task, Integer.toString(i), i % 2 == 0 ? "even" : "odd", i % 2 * 2 - 1, i % 7);
        }
    }

    private Map<String, ReceivedSpan> awaitSpans(String traceId, String... names) {
        await().atMost(LIMIT).until(() -> collector.trace(traceId).stream().map(ReceivedSpan::name).toList(),
                found -> found.containsAll(List.of(names)));
        return collector.trace(traceId).stream().collect(Collectors.toMap(ReceivedSpan::name, span -> span, (a, b) -> b));
    }

    private String traceparentOf(String topic, String key) {
        ConsumerRecord<byte[], byte[]> record = kafka.await(topic, 1, found -> Kafka.key(found).equals(key)).get(0);
        return Kafka.header(record, "traceparent");
    }

    @Test
    void takesATrainRequestsTraceToItsVersionAndPromotion() {
        // Given
        sendSamples("requested");

        // When
        kafka.send("train-requests", "requested", Kafka.bytes("{}"), "traceparent", traceparent(traceId(1)));

        // Then
        String run = traceparentOf("model-ready", "requested@1");
        assertThat(run).startsWith("00-" + traceId(1));
        assertThat(traceparentOf("promotions", "requested")).isEqualTo(run);
        Map<String, ReceivedSpan> spans = awaitSpans(traceId(1), "process train-requests", "process training-queue",
                "wait for samples", "train");
        ReceivedSpan asked = spans.get("process train-requests");
        ReceivedSpan worked = spans.get("process training-queue");
        assertThat(asked.parentSpanId()).isEqualTo(SENDERS_SPAN);
        assertThat(asked.service()).isEqualTo("graft-trainer");
        assertThat(worked.parentSpanId()).isEqualTo(asked.spanId());
        assertThat(run).contains(worked.spanId());
        assertThat(worked.attributes()).containsEntry("graft.task", "requested").containsKey("graft.training.run.id");
        assertThat(spans.get("train").parentSpanId()).isEqualTo(worked.spanId());
        assertThat(spans.get("train").attributes()).containsEntry("graft.version", "1").containsEntry("graft.sample.count",
                "40");
    }

    @Test
    void takesASamplesTraceToItsFeatureAndLinksItsBatch() {
        // When
        kafka.send("labelled-samples", "sampled/1", Kafka.bytes("{\"vector\":[1.5,2.5]}"), "label", "even", "traceparent",
                traceparent(traceId(2)));

        // Then
        String feature = traceparentOf("sample-features", "sampled/1");
        ReceivedSpan embedded = awaitSpans(traceId(2), "process labelled-samples").get("process labelled-samples");
        assertThat(feature).isEqualTo("00-" + traceId(2) + "-" + embedded.spanId() + "-01");
        assertThat(embedded.parentSpanId()).isEqualTo(SENDERS_SPAN);
        assertThat(embedded.attributes()).containsEntry("graft.task", "sampled").containsEntry("graft.outcome", "embedded");
        List<ReceivedSpan> batches = await().atMost(LIMIT)
                .until(() -> collector.spans(span -> span.linkedTraceIds().contains(traceId(2))), found -> !found.isEmpty());
        assertThat(batches.get(0).parentSpanId()).isEmpty();
        assertThat(embedded.linkedTraceIds()).containsExactly(batches.get(0).traceId());
    }

    @Test
    void takesTheTraceOfACallToTheRecordThatItWrites() {
        // Given
        sendSamples("posted");

        // When
        given().header("traceparent", traceparent(traceId(3))).contentType("application/json").body("{}")
                .post("/v1/tasks/posted/train-requests").then().statusCode(202);

        // Then
        assertThat(traceparentOf("train-requests", "posted")).startsWith("00-" + traceId(3));
        assertThat(traceparentOf("model-ready", "posted@1")).startsWith("00-" + traceId(3));
    }

    @Test
    void showsAFailedRunByItsCode() {
        // When: nobody has sent a sample
        kafka.send("train-requests", "empty", Kafka.bytes("{}"), "traceparent", traceparent(traceId(4)));

        // Then
        ReceivedSpan run = awaitSpans(traceId(4), "process training-queue").get("process training-queue");
        assertThat(run.failed()).isTrue();
        assertThat(run.attributes()).containsEntry("error.type", "TRAINING_SAMPLES_MISSING");
    }
}
