package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.inference.grpc.wire.GRPCInferenceServiceGrpc;
import io.graft.inference.grpc.wire.InferTensorContents;
import io.graft.inference.grpc.wire.ModelInferRequest;
import io.graft.inference.grpc.wire.ModelInferRequest.InferInputTensor;
import io.graft.testing.Await;
import io.graft.testing.ReceivedSpan;
import io.graft.testing.SpanCollector;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/** What a collector gets of a service that traces, and what its metrics and records say of it. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@TestProfile(Traced.class)
class TracingTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final Topics TOPICS = new Topics(KafkaResource.PREFIX);
    private static final byte[] DISC = Drawings.png(Drawings.DISC, 1000);
    private static final String ACCEPTED_BY_PROMETHEUS = "application/openmetrics-text;version=1.0.0,"
            + "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    private static final String CALLERS_SPAN = "00f067aa0ba902b7";

    @Inject
    Backbones backbones;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Inject
    @ConfigProperty(name = SpanCollector.ENDPOINT)
    URI endpoint;

    private SpanCollector collector;
    private Caller caller;
    private TopicWriter topics;

    @BeforeEach
    void open() {
        collector = SpanCollector.start(endpoint.getPort());
        caller = new Caller(root);
        topics = new TopicWriter(TOPICS, bootstrapServers);
    }

    @AfterEach
    void close() {
        topics.close();
        collector.close();
    }

    private void serve(String task) throws Exception {
        topics.publish(ModelEvents.ready(task, 1, backbones.image().descriptor(),
                NearestMean.head(backbones.image(), "disc", "stripes")));
        topics.promote(ModelEvents.promotion(task, 1));
        await().atMost(LIMIT).until(() -> caller.get("/v2/models/" + task + "/ready").status() == 200);
    }

    private static String traceparent(String traceId) {
        return "00-" + traceId + "-" + CALLERS_SPAN + "-01";
    }

    private static String traceId(int number) {
        return String.format("4bf92f3577b34da6a3ce929d0e0e%04d", number);
    }

    private int predict(String task, String traceId) {
        return caller.send(caller.request("/v1/tasks/" + task + "/predictions").header("Content-Type", "image/png")
                .header("traceparent", traceparent(traceId)).POST(BodyPublishers.ofByteArray(DISC)).build()).status();
    }

    /** Waits for the spans of these names in a trace. */
    private Map<String, ReceivedSpan> awaitSpans(String traceId, String... names) {
        await().atMost(LIMIT).until(() -> collector.trace(traceId).stream().map(ReceivedSpan::name).toList(),
                found -> found.containsAll(List.of(names)));
        return collector.trace(traceId).stream().collect(Collectors.toMap(ReceivedSpan::name, span -> span, (a, b) -> b));
    }

    @Test
    void showsARequestDownToItsBackbone() throws Exception {
        // Given
        serve("traced");

        // When
        int status = predict("traced", traceId(1));

        // Then
        assertThat(status).isEqualTo(200);
        Map<String, ReceivedSpan> spans = awaitSpans(traceId(1), "POST /v1/tasks/{task}/predictions", "predict", "decode",
                "queue", "embed", "score");
        ReceivedSpan request = spans.get("POST /v1/tasks/{task}/predictions");
        ReceivedSpan predict = spans.get("predict");
        assertThat(request.parentSpanId()).isEqualTo(CALLERS_SPAN);
        assertThat(request.service()).isEqualTo("inference-service");
        assertThat(predict.parentSpanId()).isEqualTo(request.spanId());
        assertThat(predict.attributes()).containsEntry("graft.task", "traced").containsEntry("graft.version", "1");
        assertThat(spans.get("embed").parentSpanId()).isEqualTo(predict.spanId());
        assertThat(spans.get("embed").attributes()).containsEntry("graft.backbone", "resnet18")
                .containsEntry("graft.batch.size", "1");
        assertThat(spans.get("queue").endNanos()).isEqualTo(spans.get("embed").beginNanos());
    }

    @Test
    void showsTheCallOfAClientOfGrpc() throws Exception {
        // Given
        serve("called");
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent(traceId(2)));
        ManagedChannel channel = NettyChannelBuilder.forAddress(root.getHost(), root.getPort()).usePlaintext().build();
        try {

            // When
            GRPCInferenceServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .modelInfer(ModelInferRequest.newBuilder().setModelName("called")
                            .addInputs(InferInputTensor.newBuilder().setName("image").setDatatype("BYTES").addShape(1)
                                    .setContents(InferTensorContents.newBuilder().addBytesContents(ByteString.copyFrom(DISC))))
                            .build());
        } finally {
            channel.shutdownNow();
        }

        // Then
        Map<String, ReceivedSpan> spans = awaitSpans(traceId(2), "predict", "embed");
        assertThat(spans.get("embed").parentSpanId()).isEqualTo(spans.get("predict").spanId());
    }

    @Test
    void showsAFailureByItsCode() throws Exception {
        // Given
        serve("failing");

        // When
        Caller.Answer answer = caller.send(caller.request("/v1/tasks/failing/predictions").header("Content-Type", "image/png")
                .header("traceparent", traceparent(traceId(3))).POST(BodyPublishers.ofString("no image")).build());

        // Then
        assertThat(answer.status()).isBetween(400, 499);
        ReceivedSpan predict = awaitSpans(traceId(3), "predict").get("predict");
        assertThat(predict.failed()).isTrue();
        assertThat(predict.attributes()).containsEntry("error.type",
                answer.json().path("code").asText());
    }

    @Test
    void handsTheTraceOfARequestOverKafkaOn() throws Exception {
        // Given
        serve("asked");

        // When
        topics.request("traced-1", DISC, "task", "asked", "traceparent", traceparent(traceId(4)), "tracestate", "a=b");

        // Then
        String topic = TOPICS.predictionRequests();
        Map<String, ReceivedSpan> spans = awaitSpans(traceId(4), "process " + topic, "predict", "embed");
        ReceivedSpan process = spans.get("process " + topic);
        assertThat(process.parentSpanId()).isEqualTo(CALLERS_SPAN);
        assertThat(process.kind()).isEqualTo("CONSUMER");
        assertThat(process.attributes()).containsEntry("messaging.system", "kafka")
                .containsEntry("messaging.destination.name", topic).containsEntry("messaging.operation.type", "process");
        assertThat(spans.get("predict").parentSpanId()).isEqualTo(process.spanId());
        var answer = new TopicReader(bootstrapServers).read(TOPICS.predictions(), "traced-", 1).get(0);
        assertThat(TopicReader.header(answer, "traceparent")).isEqualTo("00-" + traceId(4) + "-" + process.spanId() + "-01");
        assertThat(answer.headers().headers("traceparent")).hasSize(1);
        assertThat(TopicReader.header(answer, "tracestate")).isEqualTo("a=b");
    }

    @Test
    void swapsInTheTraceOfTheTrainer() throws Exception {
        // Given
        serve("swapped");

        // When
        topics.publish(ModelEvents.ready("swapped", 2, backbones.image().descriptor(),
                NearestMean.head(backbones.image(), "disc", "stripes")), "traceparent", traceparent(traceId(5)));
        topics.promote(ModelEvents.promotion("swapped", 2), "traceparent", traceparent(traceId(5)));

        // Then
        Map<String, ReceivedSpan> spans = awaitSpans(traceId(5), "process " + TOPICS.modelReady(),
                "process " + TOPICS.promotions(), "swap");
        Set<String> parents = Set.of(spans.get("process " + TOPICS.modelReady()).spanId(),
                spans.get("process " + TOPICS.promotions()).spanId());
        assertThat(parents).contains(spans.get("swap").parentSpanId());
        assertThat(spans.get("swap").attributes()).containsEntry("graft.task", "swapped").containsEntry("graft.version", "2");
    }

    @Test
    void namesATraceBesideTheBucketsOfItsDuration() throws Exception {
        // Given
        serve("exemplary");

        // When
        predict("exemplary", traceId(6));
        awaitSpans(traceId(6), "embed");

        // Then
        Caller.Answer metrics = caller.send(caller.request("/q/metrics").header("Accept", ACCEPTED_BY_PROMETHEUS).build());
        assertThat(metrics.contentType()).startsWith("application/openmetrics-text");
        Predicate<String> names = line -> line.matches(".*# \\{.*trace_id=\"" + traceId(6) + "\".*");
        assertThat(metrics.text().lines().filter(names))
                .anyMatch(line -> line.startsWith("graft_prediction_duration_seconds_bucket{task=\"exemplary\""));
    }
}
