package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.inference.Caller.Answer;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;

/** Bodies that come slowly, too late or too many at once, and calls that wait for a thread. */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@TestProfile(ArrivalTest.TightLimits.class)
class ArrivalTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final int THREAD_COUNT = 4;
    private static final int CALL_COUNT_MAX = 64;
    private static final String PATH = "/v1/tasks/riders/predictions";
    private static final String VECTOR = "{\"vector\": [0.5, -1, 2]}";

    /** Few threads and calls, room for two bodies, and more time for a body than a slow machine takes to send it. */
    public static final class TightLimits implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.thread-pool.max-threads", String.valueOf(THREAD_COUNT),
                    "quarkus.http.limits.max-body-size", "1M", "graft.prediction.bodies-bytes-max", "2000000",
                    "graft.prediction.call-count-max", String.valueOf(CALL_COUNT_MAX), "graft.prediction.body-timeout", "10s");
        }
    }

    @Inject
    Backbones backbones;

    @Inject
    Vertx vertx;

    @Inject
    MeterRegistry registry;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    private Caller caller;

    private double bodiesBytes() {
        return registry.get("graft.bodies.bytes").gauge().value();
    }

    @BeforeEach
    void serve() throws Exception {
        await().atMost(LIMIT).until(() -> bodiesBytes() == 0);
        caller = new Caller(root);
        Backbone identity = backbones.forContent(new SampleContent.Vector(new float[3]));
        try (TopicWriter topics = new TopicWriter(new Topics(KafkaResource.PREFIX), bootstrapServers)) {
            topics.publish(
                    ModelEvents.ready("riders", 1, identity.descriptor(), ModelEvents.largest("stays", "leaves", "unsure")));
            topics.promote(ModelEvents.promotion("riders", 1));
        }
        await().atMost(LIMIT).until(() -> caller.get("/v2/models/riders/ready").status() == 200);
    }

    @Test
    void keepsNoPlaceForCallsThatAreRefusedAndWhoseBodiesDoNotCome() throws Exception {
        // Given
        List<Socket> slow = new ArrayList<>();
        try {
            // When
            for (int i = 0; i < 2 * CALL_COUNT_MAX; i++) {
                slow.add(begin("Content-Length: 20\r\n", "{"));
            }

            // Then
            assertThat(readAll(slow.get(slow.size() - 1))).startsWith("HTTP/1.1 503").contains("\"code\":\"CALLS_TOO_MANY\"");
            await().atMost(LIMIT).until(() -> caller.get("/v1/tasks").status() == 200);
        } finally {
            close(slow);
        }
    }

    @Test
    void answersWhileMoreBodiesAreOnTheirWayThanThereAreThreads() throws Exception {
        // Given
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 8 * THREAD_COUNT; i++) {
                slow.add(begin("Content-Length: 20\r\n", "{"));
            }
            await().atMost(LIMIT).until(() -> bodiesBytes() == 8 * THREAD_COUNT * 20);

            // When
            Answer answer = caller.post(PATH, "application/json", VECTOR);
            double bodiesBytes = bodiesBytes();

            // Then
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.text()).contains("\"label\":\"unsure\"");
            assertThat(bodiesBytes).as("all others are on their way still").isGreaterThanOrEqualTo(8.0 * THREAD_COUNT * 20);
        } finally {
            close(slow);
        }
    }

    @Test
    void refusesABodyThatDoesNotArrive() throws Exception {
        // When
        String answer;
        try (Socket socket = begin("Content-Length: 20\r\n", "{\"vec")) {
            answer = readAll(socket);
        }

        // Then
        assertThat(answer).startsWith("HTTP/1.1 408 ").containsIgnoringCase("connection: close")
                .contains("\"code\":\"BODY_LATE\"", "body has not arrived within 10000 ms, of which 5 bytes have");
        assertThat(caller.metric("graft_bodies_refused_total", "BODY_LATE")).isPositive();
        await().atMost(LIMIT).until(() -> bodiesBytes() == 0);
    }

    @Test
    void refusesABodyThatDoesNotArriveOverHttp2AndKeepsTheConnection() throws Exception {
        // Given
        HttpClient client = http2Client();
        try {
            // When
            String late = result(post(client).compose(request -> {
                Future<String> answer = request.response().compose(ArrivalTest::text);
                return request.setChunked(true).write(VECTOR.substring(0, 9)).compose(written -> answer);
            }));
            String after = result(post(client).compose(request -> request.send(VECTOR)).compose(ArrivalTest::text));

            // Then
            assertThat(late).startsWith("408 HTTP_2 ").contains("of which 9 bytes have");
            assertThat(after).startsWith("200 HTTP_2 ").contains("\"label\":\"unsure\"");
            await().atMost(LIMIT).until(() -> bodiesBytes() == 0);
        } finally {
            result(client.close());
        }
    }

    @Test
    void refusesALargeBodyOverHttp2AndKeepsTheOtherCallsOfItsConnection() throws Exception {
        // Given
        HttpClient client = http2Client();
        try {
            HttpClientRequest slow = result(post(client));
            Future<String> answer = slow.response().compose(ArrivalTest::text);
            result(slow.setChunked(true).write(VECTOR.substring(0, 9)));
            await().atMost(LIMIT).until(() -> bodiesBytes() > 0);

            // When
            String refused = result(post(client).compose(request -> {
                Future<String> refusal = request.response().compose(ArrivalTest::text);
                return request.putHeader(HttpHeaders.CONTENT_LENGTH, "2000000").write("{").compose(written -> refusal);
            }));
            result(slow.end(VECTOR.substring(9)));

            // Then
            assertThat(refused).startsWith("413 HTTP_2 ").contains("\"code\":\"REQUEST_ENTITY_TOO_LARGE\"");
            assertThat(result(answer)).startsWith("200 HTTP_2 ").contains("\"label\":\"unsure\"");
        } finally {
            result(client.close());
        }
    }

    @Test
    void endsGrpcCallsWhoseMessageDoesNotArriveAndAnswersTheOthersOfTheirConnection() throws Exception {
        // Given
        byte[] nothing = {};
        byte[] halfMessage = { 0, 0, 0, 0, 9, 1 };
        byte[] messageWithoutEnd = { 0, 0, 0, 0, 0 };
        HttpClient client = http2Client();
        try {
            List<Future<HttpClientResponse>> late = new ArrayList<>();
            for (int i = 0; i < 4 * THREAD_COUNT; i++) {
                late.add(beginGrpc(client, nothing));
                late.add(beginGrpc(client, halfMessage));
            }
            late.add(beginGrpc(client, messageWithoutEnd));

            // When
            String meanwhile = result(wholeGrpc(client));
            assertThat(late).noneMatch(Future::isComplete);
            for (Future<HttpClientResponse> response : late) {
                MultiMap trailers = result(response).headers();

                // Then
                assertThat(trailers.get("grpc-status")).isEqualTo("4");
                assertThat(trailers.get("grpc-message")).startsWith("message has not arrived within 10000 ms");
                assertThat(trailers.get("code")).isEqualTo("BODY_LATE");
            }
            assertThat(meanwhile).isEqualTo("200 0");
            assertThat(result(wholeGrpc(client))).isEqualTo("200 0");
        } finally {
            result(client.close());
        }
        assertThat(caller.metric("graft_bodies_refused_total", "BODY_LATE")).isGreaterThanOrEqualTo(8 * THREAD_COUNT + 1);
    }

    @Test
    void readsNoCompressedMessageOfGrpc() throws Exception {
        // Given
        byte[] beginning = { 1, 0, 0, 0, 9, 1 };
        HttpClient client = http2Client();
        try {
            // When
            List<HttpClientResponse> refusals = List.of(
                    result(begin(grpc(client, "ModelInfer").map(request -> request.putHeader("grpc-encoding", "gzip")),
                            new byte[0])),
                    result(begin(grpc(client, "ServerLive").map(request -> request.putHeader("grpc-encoding", "snappy")),
                            beginning)),
                    result(begin(grpc(client, "ModelInfer").map(request -> request.putHeader("grpc-encoding", "identity")),
                            beginning)),
                    result(begin(grpc(client, "ModelInfer"), beginning)));

            // Then
            for (HttpClientResponse refusal : refusals) {
                assertRefusal(refusal, "12", "MESSAGE_ENCODING_UNSUPPORTED",
                        "message is compressed (expected: grpc-encoding identity, or none)");
                assertThat(refusal.getHeader("grpc-accept-encoding")).isEqualTo("identity");
            }
            assertThat(result(wholeGrpc(client))).isEqualTo("200 0");
        } finally {
            result(client.close());
        }
    }

    private static void assertRefusal(HttpClientResponse refusal, String status, String code, String sentence) {
        assertThat(refusal.getHeader("grpc-status")).isEqualTo(status);
        assertThat(refusal.getHeader("code")).isEqualTo(code);
        assertThat(refusal.getHeader("grpc-message")).isEqualTo(sentence);
    }

    @Test
    void refusesAMessageOfGrpcForWhichTheOtherBodiesLeaveNoRoom() throws Exception {
        // Given
        byte[] beginning = new byte[950_000];
        beginning[2] = 16;
        HttpClient client = http2Client();
        double refusedBefore = caller.metric("graft_bodies_refused_total", "BODIES_TOO_LARGE");
        List<HttpClientRequest> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                HttpClientRequest request = result(grpc(client, "ModelInfer"));
                slow.add(request);
                result(request.setChunked(true).write(Buffer.buffer(beginning)));
            }
            await().atMost(LIMIT).until(() -> bodiesBytes() == 1_900_000);

            // When
            HttpClientResponse refused = result(begin(grpc(client, "ModelInfer"), beginning));
            Answer overHttp = caller.post(PATH, "application/json", "x".repeat(950_000));

            // Then
            assertRefusal(refused, "14", "BODIES_TOO_LARGE", "the bodies of all calls on this replica would be over 2000000 "
                    + "bytes (expected: fewer or smaller ones at once, or more replicas)");
            assertThat(overHttp.status()).isEqualTo(503);
            assertThat(result(wholeGrpc(client))).isEqualTo("200 0");
            slow.forEach(HttpClientRequest::reset);
            await().atMost(LIMIT).until(() -> bodiesBytes() == 0);
            assertThat(caller.metric("graft_bodies_refused_total", "BODIES_TOO_LARGE")).isEqualTo(refusedBefore + 2);
        } finally {
            result(client.close());
        }
    }

    @Test
    void takesNoLargeMessageFromWhoeverAsksHowItIsOrForWhatThereIsNot() throws Exception {
        // Given
        byte[] large = new byte[10_000];
        large[3] = 39;
        large[4] = 11;
        HttpClient client = http2Client();
        try {
            // When
            HttpClientResponse health = result(begin(grpc(client, "ServerLive"), large));
            HttpClientResponse unknown = result(begin(grpc(client, "Invented"), large));

            // Then
            assertRefusal(health, "8", "REQUEST_ENTITY_TOO_LARGE",
                    "message is larger than this call takes (expected: at most 4096 bytes)");
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertRefusal(unknown, "12", "NOT_FOUND",
                    "there is no such call (expected: one of inference.GRPCInferenceService)");
            await().atMost(LIMIT).until(() -> bodiesBytes() == 0);
        } finally {
            result(client.close());
        }
    }

    private Future<HttpClientResponse> beginGrpc(HttpClient client, byte[] beginning) {
        return begin(grpc(client, "ServerMetadata"), beginning);
    }

    private static Future<HttpClientResponse> begin(Future<HttpClientRequest> call, byte[] beginning) {
        return call.compose(request -> {
            Future<HttpClientResponse> answer = request.response();
            Future<Void> unused = request.setChunked(true).sendHead()
                    .compose(sent -> request.write(Buffer.buffer(beginning)));
            return answer;
        });
    }

    /** An empty message. */
    private Future<String> wholeGrpc(HttpClient client) {
        return grpc(client, "ServerMetadata").compose(request -> request.send(Buffer.buffer(new byte[5]))).compose(
                response -> response.body().map(body -> response.statusCode() + " " + response.getTrailer("grpc-status")));
    }

    private Future<HttpClientRequest> grpc(HttpClient client, String name) {
        return client.request(HttpMethod.POST, root.getPort(), root.getHost(), "/inference.GRPCInferenceService/" + name)
                .map(request -> request.putHeader(HttpHeaders.CONTENT_TYPE, "application/grpc").putHeader("te", "trailers"));
    }

    private HttpClient http2Client() {
        return vertx.createHttpClient(new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false).setHttp2MaxPoolSize(1));
    }

    private Future<HttpClientRequest> post(HttpClient client) {
        return client.request(HttpMethod.POST, root.getPort(), root.getHost(), PATH)
                .map(request -> request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json"));
    }

    private static Future<String> text(HttpClientResponse response) {
        return response.body().map(body -> response.statusCode() + " " + response.version() + " " + body);
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void refusesABodyForWhichTheOthersLeaveNoRoom() throws Exception {
        // Given
        String large = "x".repeat(950_000);
        List<Socket> slow = new ArrayList<>();
        try {
            slow.add(begin("Content-Length: 950001\r\n", large));
            slow.add(begin("Content-Length: 950001\r\n", large));
            await().atMost(LIMIT).until(() -> bodiesBytes() >= 1_900_000);

            // When
            Answer refused = caller.post("/v2/models/riders/infer", "application/json", large);

            // Then
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("BODIES_TOO_LARGE",
                    "the bodies of all calls on this replica would be over 2000000 bytes");
            assertThat(caller.post(PATH, "application/json", VECTOR).status()).isEqualTo(200);
        } finally {
            close(slow);
        }
        await().atMost(LIMIT).until(() -> bodiesBytes() == 0);
        assertThat(caller.post(PATH, "application/json", large).status()).isEqualTo(400);
    }

    @Test
    void refusesABodyOverTheLimitWhoseLengthIsNotSaid() throws Exception {
        // Given
        String chunk = "100000\r\n" + "x".repeat(1 << 20) + "\r\n1\r\nx\r\n";

        // When
        String answer;
        try (Socket socket = begin("Transfer-Encoding: chunked\r\n", chunk)) {
            answer = readAll(socket);
        }

        // Then
        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("\"code\":\"REQUEST_ENTITY_TOO_LARGE\"");
        await().atMost(LIMIT).until(() -> bodiesBytes() == 0);
    }

    @Test
    void asksForABodyWhoseSenderWaitsForThat() throws Exception {
        // Given
        try (Socket socket = begin("Connection: close\r\nExpect: 100-continue\r\nContent-Length: " + VECTOR.length() + "\r\n",
                "")) {
            String asked = new String(socket.getInputStream().readNBytes(25), StandardCharsets.US_ASCII);

            // When
            socket.getOutputStream().write(VECTOR.getBytes(StandardCharsets.US_ASCII));

            // Then
            assertThat(asked).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(readAll(socket)).startsWith("HTTP/1.1 200 ").contains("\"label\":\"unsure\"");
        }
    }

    @Test
    void countsTheWaitForAThread() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(THREAD_COUNT);
        double timeouts = caller.metric("graft_predictions_total", "riders", "busy");
        for (int i = 0; i < THREAD_COUNT; i++) {
            Infrastructure.getDefaultWorkerPool().execute(() -> {
                taken.countDown();
                awaitUninterruptibly(release);
            });
        }
        taken.await();
        CompletableFuture<Answer> waiting = CompletableFuture
                .supplyAsync(() -> caller.post(PATH + "?timeout=50", "application/json", VECTOR));

        // When
        Answer live = caller.get("/v2/health/live");
        Answer standardReady = caller.get("/v2/health/ready");
        Answer ready = caller.get("/q/health/ready");
        await().atMost(LIMIT).until(() -> bodiesBytes() > 0);
        await().pollDelay(Duration.ofMillis(200)).atMost(LIMIT).until(() -> caller.get("/q/health/live").status() == 200);
        assertThat(waiting).isNotDone();
        release.countDown();

        // Then
        assertThat(live.text()).isEqualTo("{\"live\":true}");
        assertThat(standardReady.text()).isEqualTo("{\"ready\":true}");
        assertThat(ready.status()).as(ready.text()).isEqualTo(200);
        assertThat(waiting.get().text()).contains("PREDICTION_TIMEOUT", "prediction has waited 50 ms for decoding");
        assertThat(caller.metric("graft_predictions_total", "riders", "busy")).isEqualTo(timeouts + 1);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket begin(String headers, String beginning) throws IOException {
        Socket socket = new Socket(root.getHost(), root.getPort());
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.getOutputStream().write(("POST " + PATH + " HTTP/1.1\r\nHost: graft\r\nContent-Type: application/json\r\n"
                + headers + "\r\n" + beginning).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Until the service closes the connection. */
    private static String readAll(Socket socket) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        socket.getInputStream().transferTo(answer);
        return answer.toString(StandardCharsets.US_ASCII);
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
