package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import io.graft.testing.DrawnImages;
import io.grpc.Status;

/** Two replicas of inference under load, one of which is asked to end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShutdownIT {

    private static final int CLIENT_COUNT = 8;
    private static final int REQUEST_COUNT = 600;
    private static final int IMAGE_EVERY = 4;
    private static final String GROUP = "graft-predictor";
    private static final byte[] VECTOR = StackClient.json(new float[] { 1, -2, 0.5f });
    private static final byte[] IMAGE = new DrawnImages(1).draw(1).get(0).bytes();

    @TempDir
    private static Path folder;
    private ServingStack stack;

    @BeforeAll
    void startTwoReplicas() throws Exception {
        stack = ServingStack.start(folder, 2,
                List.of("-Xmx256m", "-Dquarkus.shutdown.delay=4s", "-Dgraft.shutdown.answer-limit=15s",
                        "-Dgraft.prediction.body-timeout=5m"));
        UntrainedTasks.serve(stack);
    }

    @AfterAll
    void stopTheStack() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void answersWhateverCameInBeforeTheEndAndRefusesTheRest() throws Exception {
        // Given: bodies that are on their way, and clients that go on asking whatever readiness says
        ServiceProcess replica = stack.replica();
        int port = replica.port();
        try (SlowCall image = new SlowCall(port, "/v1/tasks/images/predictions", "image/jpeg", IMAGE);
                SlowCall infer = new SlowCall(port, "/v2/models/vectors/infer", "application/json", inferRequest());
                GrpcInfer grpc = new GrpcInfer(port);
                SlowCall never = new SlowCall(port, "/v1/tasks/vectors/predictions", "application/json", VECTOR)) {
            AtomicInteger answeredCount = new AtomicInteger();
            byte[] request = HttpConnection.post("/v1/tasks/images/predictions", "image/jpeg", IMAGE);
            List<CompletableFuture<HttpConnection.Answer>> refusals = IntStream.range(0, CLIENT_COUNT)
                    .mapToObj(i -> inBackground(() -> callUntilRefused(port, request, answeredCount))).toList();
            StackClient.until("clients are answered", () -> answeredCount.get() >= 5 * CLIENT_COUNT);

            // When
            replica.stop();

            // Then
            StackClient.until("readiness is red", () -> status(port, "/q/health/ready") == 503);
            assertThat(status(port, "/v2/health/ready")).isEqualTo(503);
            assertThat(status(port, "/q/health/live")).isEqualTo(200);
            int answeredAtRed = answeredCount.get();
            for (CompletableFuture<HttpConnection.Answer> refusal : refusals) {
                assertRefused(refusal.get());
            }
            assertThat(answeredCount).hasValueGreaterThan(answeredAtRed);
            assertThat(image.finish().status()).isEqualTo(200);
            assertThat(infer.finish().status()).isEqualTo(200);
            assertThat(grpc.ask(UntrainedTasks.VECTORS, 1, 2, 3).getCode()).isEqualTo(Status.Code.OK);
            try (GrpcInfer late = new GrpcInfer(port)) {
                assertThat(late.ask(UntrainedTasks.VECTORS, 1, 2, 3).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            }
            assertThat(new ServiceMetrics(replica.uri()).sum("graft_shutdown_refusals_total", Map.of("cause", "late")))
                    .isEqualTo(CLIENT_COUNT + 1);
            assertRefused(never.answer());
            assertThat(replica.awaitExit()).isIn(ServiceProcess.ENDED_IN_ORDER);
        }
    }

    @Test
    void answersEachRecordOnceWhenAReplicaLeavesAmidAStream() throws Exception {
        // Given
        String broker = stack.broker().bootstrapServers();
        awaitBoth(broker);
        ServiceProcess replica = stack.replicas().get(1);
        sendRequests(broker);
        StackClient.until("some are answered", () -> !answers(broker).isEmpty());

        // When
        replica.stop();
        int exitCode = replica.awaitExit();

        // Then: it has left, and is not only missed
        assertThat(exitCode).isIn(ServiceProcess.ENDED_IN_ORDER);
        assertThat(StackClient.memberCount(broker, GROUP)).isLessThan(2);
        StackClient.until("all are answered", () -> answers(broker).size() >= REQUEST_COUNT);
        assertThat(answers(broker)).containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, REQUEST_COUNT).mapToObj(Integer::toString).toList());
        assertThat(StackClient.read(broker, "prediction-requests-dead-letter", record -> true)).isEmpty();
    }

    private void awaitBoth(String broker) throws InterruptedException {
        stack.replicas().stream().filter(replica -> !replica.isAlive()).forEach(ServiceProcess::restart);
        stack.replicas().forEach(ServiceProcess::awaitReady);
        StackClient.until("both are in the group", () -> StackClient.memberCount(broker, GROUP) == 2);
    }

    private static byte[] inferRequest() {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2,3]}]}"
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void assertRefused(HttpConnection.Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.head()).contains("retry-after: ");
        assertThat(answer.text()).contains("\"code\":\"PREDICTION_STOPPING\"");
    }

    private static int status(int port, String path) {
        try (HttpConnection connection = new HttpConnection(port)) {
            return connection.exchange(HttpConnection.get(path)).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Call {
        HttpConnection.Answer run() throws IOException;
    }

    private static CompletableFuture<HttpConnection.Answer> inBackground(Call call) {
        CompletableFuture<HttpConnection.Answer> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(call.run());
            } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    /** Asks again and again, and takes nothing but answers. */
    private static HttpConnection.Answer callUntilRefused(int port, byte[] request, AtomicInteger answeredCount)
            throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            HttpConnection.Answer answer = connection.exchange(request);
            while (answer.status() == 200) {
                answeredCount.incrementAndGet();
                answer = connection.exchange(request);
            }
            return answer;
        }
    }

    /** A request of which everything has been sent but its last bytes. */
    private static final class SlowCall implements AutoCloseable {

        private static final int LAST_BYTES = 10;

        private final HttpConnection connection;
        private final byte[] rest;

        SlowCall(int port, String path, String contentType, byte[] body) throws IOException {
            byte[] request = HttpConnection.post(path, contentType, body);
            this.connection = new HttpConnection(port);
            this.rest = Arrays.copyOfRange(request, request.length - LAST_BYTES, request.length);
            connection.send(Arrays.copyOf(request, request.length - LAST_BYTES));
        }

        HttpConnection.Answer finish() throws IOException {
            connection.send(rest);
            return answer();
        }

        HttpConnection.Answer answer() throws IOException {
            return connection.receive();
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    /** Every request with its number as the key; some take longer, so that a batch is in hand at any moment. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback sees what the future would say
    private static void sendRequests(String broker) {
        List<Exception> failures = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker, "acks", "all"),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < REQUEST_COUNT; i++) {
                boolean image = i % IMAGE_EVERY == 0;
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("prediction-requests",
                        Integer.toString(i).getBytes(StandardCharsets.UTF_8), image ? IMAGE : VECTOR);
                record.headers().add("task",
                        (image ? UntrainedTasks.IMAGES : UntrainedTasks.VECTORS).value().getBytes(StandardCharsets.UTF_8));
                producer.send(record, (written, e) -> {
                    if (e != null) {
                        failures.add(e);
                    }
                });
            }
        }
        assertThat(failures).isEmpty();
    }

    private static List<String> answers(String broker) {
        return StackClient.read(broker, "predictions", record -> true).stream().map(StackClient::key).toList();
    }
}
