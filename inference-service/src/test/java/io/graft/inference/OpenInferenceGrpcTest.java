package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.google.protobuf.ByteString;

import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.inference.grpc.wire.GRPCInferenceServiceGrpc;
import io.graft.inference.grpc.wire.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.graft.inference.grpc.wire.InferParameter;
import io.graft.inference.grpc.wire.InferTensorContents;
import io.graft.inference.grpc.wire.ModelInferRequest;
import io.graft.inference.grpc.wire.ModelInferRequest.InferInputTensor;
import io.graft.inference.grpc.wire.ModelInferRequest.InferRequestedOutputTensor;
import io.graft.inference.grpc.wire.ModelInferResponse;
import io.graft.inference.grpc.wire.ModelMetadataRequest;
import io.graft.inference.grpc.wire.ModelMetadataResponse;
import io.graft.inference.grpc.wire.ModelReadyRequest;
import io.graft.inference.grpc.wire.ServerLiveRequest;
import io.graft.inference.grpc.wire.ServerMetadataRequest;
import io.graft.inference.grpc.wire.ServerReadyRequest;
import io.graft.inference.prediction.Patience;
import io.graft.inference.prediction.PredictionInput;
import io.graft.inference.prediction.Predictor;
import io.graft.inference.serving.ModelChoice;
import io.graft.model.ModelReady;
import io.graft.model.Promotion;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

/** The Open Inference Protocol over gRPC, through a channel of another library than the server's. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
class OpenInferenceGrpcTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final byte[] DISC = Drawings.png(Drawings.DISC, 2000);
    private static final byte[] STRIPES = Drawings.png(Drawings.STRIPES, 2000);

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

    private ManagedChannel channel;
    private GRPCInferenceServiceBlockingStub client;

    @BeforeEach
    void serveBoth() throws Exception {
        channel = NettyChannelBuilder.forAddress(root.getHost(), root.getPort()).usePlaintext().build();
        client = GRPCInferenceServiceGrpc.newBlockingStub(channel);
        if (isReady("grpc-shapes")) {
            return;
        }
        var identity = backbones.forContent(new SampleContent.Vector(new float[3])).descriptor();
        serve(ModelEvents.ready("grpc-riders", 1, identity, ModelEvents.largest("stays", "leaves", "unsure")));
        serve(ModelEvents.ready("grpc-shapes", 1, backbones.image().descriptor(),
                NearestMean.head(backbones.image(), "disc", "stripes")));
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
    }

    private void serve(ModelReady ready) throws Exception {
        publish(ready);
        promote(ModelEvents.promotion(ready.task().value(), ready.version().number()));
        await().atMost(LIMIT).until(() -> isReady(ready.task().value()));
    }

    private void publish(ModelReady ready) throws Exception {
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.publish(ready);
        }
    }

    private void promote(Promotion promotion) throws Exception {
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.promote(promotion);
        }
    }

    private boolean isReady(String task) {
        return client.modelReady(ModelReadyRequest.newBuilder().setName(task).build()).getReady();
    }

    @Test
    void saysWhatItIs() {
        // When
        ModelMetadataResponse model = client.modelMetadata(ModelMetadataRequest.newBuilder().setName("grpc-shapes").build());

        // Then
        assertThat(client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
        assertThat(client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
        assertThat(client.serverMetadata(ServerMetadataRequest.getDefaultInstance()).getName()).isEqualTo("graft");
        assertThat(model.getVersionsList()).containsExactly("1");
        assertThat(model.getInputsList()).extracting(ModelMetadataResponse.TensorMetadata::getName)
                .containsExactly("images", "pixels", "intensities", "features");
        assertThat(model.getInputs(0).getDatatype()).isEqualTo("BYTES");
        assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L);
        assertThat(model.getOutputsList()).extracting(ModelMetadataResponse.TensorMetadata::getName)
                .containsExactly("label", "probability", "probabilities", "labels");
        assertThat(client.modelReady(ModelReadyRequest.newBuilder().setName("grpc-shapes").setVersion("2").build()).getReady())
                .isFalse();
    }

    @Test
    void answersContentsWithContents() {
        // Given
        InferInputTensor input = tensor("FP32", 2, 3).setContents(InferTensorContents.newBuilder()
                .addAllFp32Contents(List.of(0f, 9f, 0f, 0f, 0f, 9f))).build();

        // When
        ModelInferResponse answer = infer("grpc-riders", request -> request.setId("42").addInputs(input)
                .putParameters("timeout", InferParameter.newBuilder().setInt64Param(9_000_000).build()));

        // Then
        assertThat(answer.getModelName()).isEqualTo("grpc-riders");
        assertThat(answer.getModelVersion()).isEqualTo("1");
        assertThat(answer.getId()).isEqualTo("42");
        assertThat(answer.getOutputs(0).getContents().getBytesContentsList()).extracting(ByteString::toStringUtf8)
                .containsExactly("leaves", "unsure");
        assertThat(answer.getOutputs(2).getShapeList()).containsExactly(2L, 3L);
        assertThat(answer.getOutputs(2).getContents().getFp32Contents(1)).isGreaterThan(0.9f)
                .isEqualTo(answer.getOutputs(1).getContents().getFp32Contents(0));
        assertThat(answer.getRawOutputContentsCount()).isZero();
    }

    @Test
    void answersRawImagesWithRawOutputs() {
        // Given
        ByteBuffer elements = ByteBuffer.allocate(2 * Integer.BYTES + DISC.length + STRIPES.length)
                .order(ByteOrder.LITTLE_ENDIAN).putInt(STRIPES.length).put(STRIPES).putInt(DISC.length).put(DISC).flip();

        // When
        ModelInferResponse answer = infer("grpc-shapes", request -> request.addInputs(tensor("BYTES", 2))
                .addRawInputContents(ByteString.copyFrom(elements))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("label")));

        // Then
        assertThat(answer.getOutputsList()).hasSize(1);
        ByteBuffer labels = answer.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(text(labels)).isEqualTo("stripes");
        assertThat(text(labels)).isEqualTo("disc");
        assertThat(labels.hasRemaining()).isFalse();
    }

    private static String text(ByteBuffer elements) {
        byte[] text = new byte[elements.getInt()];
        elements.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    @Test
    void asksTheCanaryByTheRoutingKeyOfTheCall() throws Exception {
        // Given
        var identity = backbones.forContent(new SampleContent.Vector(new float[3])).descriptor();
        for (int version = 1; version <= 2; version++) {
            publish(ModelEvents.ready("grpc-routed", version, identity, ModelEvents.largest("a", "b", "c")));
        }
        promote(ModelEvents.promotion("grpc-routed", 1, 2, 50, 0));
        await().atMost(LIMIT).until(() -> isReady("grpc-routed"));

        // When
        List<String> versions = List.of("anna", "ben", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "joe").stream()
                .map(this::versionOf).toList();

        // Then
        assertThat(versions).contains("1", "2");
        assertThat(versionOf("anna")).isEqualTo(versions.get(0));
        assertThat(versionOf("joe")).isEqualTo(versions.get(9));
    }

    private String versionOf(String routingKey) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("routing-key", Metadata.ASCII_STRING_MARSHALLER), routingKey);
        ModelInferRequest request = ModelInferRequest.newBuilder().setModelName("grpc-routed")
                .addInputs(tensor("FP32", 1, 3).setContents(InferTensorContents.newBuilder()
                        .addAllFp32Contents(List.of(0f, 9f, 0f))))
                .build();
        return client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).modelInfer(request)
                .getModelVersion();
    }

    @Test
    void refusesWithAStatusAndASentence() {
        // Given
        InferTensorContents three = InferTensorContents.newBuilder().addAllFp32Contents(List.of(1f, 2f, 3f)).build();

        // Then
        assertRefusal(Status.Code.NOT_FOUND, "task 'nobody' is not known here (expected: a task with a model)",
                () -> infer("nobody", request -> request.addInputs(tensor("FP32", 1, 3).setContents(three))));
        assertRefusal(Status.Code.INVALID_ARGUMENT, "infer request has 0 inputs (expected: 1)",
                () -> infer("grpc-riders", request -> {
                }));
        assertRefusal(Status.Code.INVALID_ARGUMENT,
                "infer request input 'x' has 3 elements (expected: 6, by its shape [2, 3])",
                () -> infer("grpc-riders", request -> request.addInputs(tensor("FP32", 2, 3).setContents(three))));
        assertRefusal(Status.Code.INVALID_ARGUMENT,
                "infer request has both contents and raw_input_contents (expected: one of them)",
                () -> infer("grpc-riders", request -> request.addInputs(tensor("FP32", 1, 3).setContents(three))
                        .addRawInputContents(ByteString.copyFrom(new byte[12]))));
        assertRefusal(Status.Code.INVALID_ARGUMENT,
                "infer request input 'x' has the shape [1, 2147483647, 3], more elements than a body can hold",
                () -> infer("grpc-riders", request -> request.addInputs(tensor("FP32", 1, 1L << 40, 3).setContents(three))));
        assertRefusal(Status.Code.INVALID_ARGUMENT, "feature[1] is NaN (expected: a finite number)",
                () -> infer("grpc-shapes", request -> request.addInputs(tensor("FP32", 1, 2).setContents(
                        InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(Float.NaN)))));
        assertRefusal(Status.Code.INVALID_ARGUMENT, "feature[0] is -Infinity (expected: a finite number)",
                () -> infer("grpc-shapes", request -> request.addInputs(tensor("FP32", 1, 1))
                        .addRawInputContents(ByteString.copyFrom(new byte[] { 0, 0, (byte) 0x80, (byte) 0xff }))));
        assertRefusal(Status.Code.INVALID_ARGUMENT, "infer request wants 5 outputs (expected: at most 4)",
                () -> infer("grpc-riders", request -> request.addInputs(tensor("FP32", 1, 3).setContents(three))
                        .addAllOutputs(Collections.nCopies(5, InferRequestedOutputTensor.getDefaultInstance()))));
        assertRefusal(Status.Code.INVALID_ARGUMENT, "infer request input 'x' has 9 dimensions (expected: 1 to 8)",
                () -> infer("grpc-riders", request -> request
                        .addInputs(tensor("FP32", 1, 1, 1, 1, 1, 1, 1, 1, 3).setContents(three))));
        assertRefusal(Status.Code.DEADLINE_EXCEEDED, "prediction has waited 0 ms",
                () -> infer("grpc-shapes", request -> request
                        .addInputs(tensor("BYTES", 1).setContents(
                                InferTensorContents.newBuilder().addBytesContents(ByteString.copyFrom(DISC))))
                        .putParameters("timeout", InferParameter.newBuilder().setInt64Param(1).build())));
    }

    @Test
    void waitsNoLongerThanTheHeaderOfTheDeadlineSays() {
        // Given: a caller that says its deadline and does not watch it itself
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "1u");
        ModelInferRequest request = ModelInferRequest.newBuilder().setModelName("grpc-shapes").addInputs(tensor("BYTES", 1)
                .setContents(InferTensorContents.newBuilder().addBytesContents(ByteString.copyFrom(DISC)))).build();

        // Then
        assertRefusal(Status.Code.DEADLINE_EXCEEDED, "prediction has waited 0 ms",
                () -> client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).modelInfer(request));
    }

    @Test
    void computesNothingFurtherForACallWhoseDeadlineHasPassed() throws Exception {
        // Given: nothing is read or decoded until the gate opens
        double answered = count("ok");
        CountDownLatch gate = new CountDownLatch(1);
        List<Thread> holders = IntStream.range(0, Runtime.getRuntime().availableProcessors())
                .mapToObj(core -> new Thread(
                        () -> predictor.predictAll(ModelChoice.serving(new TaskId("grpc-riders")), model -> hold(gate),
                                new Patience(LIMIT))))
                .toList();
        holders.forEach(Thread::start);
        await().atMost(LIMIT)
                .until(() -> holders.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
        ModelInferRequest request = ModelInferRequest.newBuilder().setModelName("grpc-riders").addInputs(
                tensor("FP32", 1, 3).setContents(InferTensorContents.newBuilder().addAllFp32Contents(List.of(0f, 9f, 0f))))
                .build();

        // When
        assertThatThrownBy(() -> client.withDeadlineAfter(5, TimeUnit.SECONDS).modelInfer(request))
                .isInstanceOfSatisfying(StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
        client.serverLive(ServerLiveRequest.getDefaultInstance());
        gate.countDown();
        for (Thread holder : holders) {
            holder.join();
        }

        // Then
        await().atMost(LIMIT).until(() -> count("cancelled") + count("busy") == 1);
        assertThat(count("ok")).isEqualTo(answered + holders.size());
    }

    private static List<PredictionInput> hold(CountDownLatch gate) {
        try {
            assertThat(gate.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }

    private double count(String outcome) {
        return new Caller(root).metric("graft_predictions_total", "task=\"grpc-riders\"", "outcome=\"" + outcome + "\"");
    }

    private static void assertRefusal(Status.Code code, String sentence, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
            assertThat(refusal.getStatus().getCode()).as(refusal.getMessage()).isEqualTo(code);
            assertThat(refusal.getStatus().getDescription()).startsWith(sentence);
            assertThat(refusal.getTrailers().get(Metadata.Key.of("code", Metadata.ASCII_STRING_MARSHALLER))).isNotEmpty();
        });
    }

    private ModelInferResponse infer(String task, Consumer<ModelInferRequest.Builder> more) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(task);
        more.accept(request);
        return client.modelInfer(request.build());
    }

    private static InferInputTensor.Builder tensor(String datatype, long... shape) {
        InferInputTensor.Builder tensor = InferInputTensor.newBuilder().setName("x").setDatatype(datatype);
        for (long size : shape) {
            tensor.addShape(size);
        }
        return tensor;
    }
}
