package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import jakarta.inject.Inject;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.inference.Caller.Answer;
import io.graft.inference.grpc.wire.GRPCInferenceServiceGrpc;
import io.graft.inference.grpc.wire.InferTensorContents;
import io.graft.inference.grpc.wire.ModelInferRequest;
import io.graft.inference.grpc.wire.ModelInferRequest.InferInputTensor;
import io.graft.inference.grpc.wire.ModelInferResponse;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** A task of texts behind every door. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class TextTaskTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final Topics TOPICS = new Topics(KafkaResource.PREFIX);
    private static final String TASK = "letters";
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
        Backbone text = backbones.forContent(new SampleContent.Text("any"));
        topics.publish(ModelEvents.ready(TASK, 1, text.descriptor(), NearestText.head(text,
                Map.of("glad", "I am very happy today", "lost", "Where is my card? It has not arrived."))));
        topics.promote(ModelEvents.promotion(TASK, 1));
        await().atMost(LIMIT).until(() -> caller.get("/v2/models/" + TASK + "/ready").status() == 200);
    }

    @AfterEach
    void close() {
        topics.close();
    }

    @Test
    void answersOverRest() {
        // When
        Answer plain = caller.post(PREDICTIONS, "text/plain", "I feel happy");
        Answer document = caller.post(PREDICTIONS, "application/json", "{\"text\": \"I feel happy\"}");
        Answer blank = caller.post(PREDICTIONS, "text/plain", " \n");
        Answer image = caller.post(PREDICTIONS, Drawings.png(Drawings.DISC, 1));

        // Then
        assertThat(plain.json().path("label").asText()).as(plain.text()).isEqualTo("glad");
        assertThat(document.json().path("probabilities")).isEqualTo(plain.json().path("probabilities"));
        assertThat(blank.status()).isEqualTo(400);
        assertThat(blank.json().path("code").asText()).isEqualTo("SAMPLE_TEXT_INVALID");
        assertThat(image.status()).isEqualTo(400);
        assertThat(image.json().path("detail").asText())
                .isEqualTo("backbone 'minilm' does not embed image (expected: text)");
    }

    @Test
    void answersOverGrpc() {
        // Given
        ManagedChannel channel = NettyChannelBuilder.forAddress(root.getHost(), root.getPort()).usePlaintext().build();
        try {
            // When
            ModelInferResponse answer = GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(ModelInferRequest
                    .newBuilder().setModelName(TASK)
                    .addInputs(InferInputTensor.newBuilder().setName("texts").setDatatype("BYTES").addShape(2)
                            .setContents(InferTensorContents.newBuilder()
                                    .addBytesContents(ByteString.copyFromUtf8("What a happy day 😀"))
                                    .addBytesContents(ByteString.copyFromUtf8("my card is still not there"))))
                    .build());

            // Then
            assertThat(answer.getOutputs(0).getContents().getBytesContentsList()).extracting(ByteString::toStringUtf8)
                    .containsExactly("glad", "lost");
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void answersOverKafka() throws Exception {
        // When
        topics.request("letter-1", "my card is lost".getBytes(StandardCharsets.UTF_8), "task", TASK, "content-type",
                "text/plain");

        // Then
        ConsumerRecord<byte[], byte[]> answer = reader.read(TOPICS.predictions(), "letter-1", 1).get(0);
        assertThat(Json.LENIENT.readTree(answer.value()).path("label").asText()).isEqualTo("lost");
    }

    @Test
    void handsATextThatWasAnsweredWrongOnAsASample() {
        // Given
        String text = "Card lost, glad tidings 😀";
        String predictionId = caller.post(PREDICTIONS, "text/plain", text).json().path("predictionId").asText();

        // When
        Answer feedback = caller.post(PREDICTIONS + "/" + predictionId + "/feedback", "application/json",
                "{\"label\": \"mixed\"}");

        // Then
        assertThat(feedback.status()).as(feedback.text()).isEqualTo(202);
        ConsumerRecord<byte[], byte[]> sample = reader
                .read(TOPICS.labelledSamples(), feedback.json().path("key").asText(), 1).get(0);
        assertThat(new String(sample.value(), StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(TopicReader.header(sample, "label")).isEqualTo("mixed");
        assertThat(TopicReader.header(sample, "content-type")).isEqualTo("text/plain");
    }

    @Test
    void explainsNoText() {
        // When
        Answer answer = caller.post(PREDICTIONS + "?explain=cam", "text/plain", "I feel happy");

        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("code").asText()).isEqualTo("EXPLANATION_UNSUPPORTED");
        assertThat(answer.json().path("detail").asText()).isEqualTo("task 'letters' cannot be explained: its backbone "
                + "'minilm' has no class activation map (expected: one of images whose architecture has it, as resnet18)");
    }

    @Test
    void refusesAVersionOfAnotherModelOfThisName() throws Exception {
        // Given
        Backbone text = backbones.forContent(new SampleContent.Text("any"));
        BackboneDescriptor known = text.descriptor();
        BackboneDescriptor other = new BackboneDescriptor(known.id(), "0".repeat(64), known.dimension(), known.architecture(),
                known.precision(), known.device());

        // When
        topics.publish(ModelEvents.ready("foreign-letters", 1, other, NearestText.head(text, Map.of("a", "a", "b", "b"))));

        // Then
        await().atMost(LIMIT).until(() -> caller.get("/v1/tasks/foreign-letters/versions/1").text()
                .contains("MODEL_BACKBONE_UNKNOWN"));
    }
}
