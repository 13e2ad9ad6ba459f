package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

import io.graft.event.Json;
import io.graft.inference.grpc.wire.GRPCInferenceServiceGrpc;
import io.graft.inference.grpc.wire.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.graft.inference.grpc.wire.ModelInferRequest;
import io.graft.inference.grpc.wire.ModelReadyRequest;
import io.graft.inference.grpc.wire.ServerLiveRequest;
import io.graft.testing.Await;
import io.graft.testing.LoopbackCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;

/** Who gets in and who does not, at every door, with keys, tokens and TLS as they are configured. */
@QuarkusTest
@TestProfile(GuardedService.class)
class AccessTest {

    private static final String TASKS = "/v1/tasks";
    private static final String PREDICTIONS = "/v1/tasks/iris/predictions";
    private static final String INFER = "/v2/models/iris/infer";

    @Inject
    Vertx vertx;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @TestHTTPResource(value = "/", tls = true)
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI secureRoot;

    @Inject
    @ConfigProperty(name = GuardedService.PRIVATE_KEY)
    String privateKey;

    @Inject
    @ConfigProperty(name = GuardedService.ISSUER)
    String issuer;

    @Inject
    @ConfigProperty(name = GuardedService.CERTIFICATE)
    String certificate;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private HttpRequest.Builder call(String path) {
        return HttpRequest.newBuilder(root.resolve(path));
    }

    private HttpRequest.Builder callOf(String name, String path) {
        return call(path).header("X-API-Key", GuardedService.secret(name));
    }

    private static HttpRequest.Builder posting(HttpRequest.Builder call) {
        return call.header("Content-Type", "application/json").POST(BodyPublishers.ofString("{\"vector\": [1]}"));
    }

    private HttpResponse<String> send(HttpRequest.Builder call) throws Exception {
        return client.send(call.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> listWith(String token) throws Exception {
        return send(call(TASKS).header("Authorization", "Bearer " + token));
    }

    @Test
    void asksWhoIsThereBeforeTheBodyComes() throws Exception {
        // Given
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.setSoTimeout(300_000);

            // When
            socket.getOutputStream().write(("POST " + INFER + " HTTP/1.1\r\nHost: graft\r\nContent-Type: application/json\r\n"
                    + "X-API-Key: guessed\r\nExpect: 100-continue\r\nContent-Length: 20\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));

            // Then
            assertThat(new String(socket.getInputStream().readNBytes(13), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 401 ");
        }
    }

    @Test
    void asksWhoIsThere() throws Exception {
        // When
        HttpResponse<String> nobody = send(call(TASKS));
        HttpResponse<String> guesser = send(call(TASKS).header("X-API-Key", "guessed"));
        HttpResponse<String> inferring = send(posting(call(INFER)));

        // Then
        assertThat(List.of(nobody, guesser)).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .contains("Bearer realm=\"graft\", ApiKey realm=\"graft\"");
            assertThat(Json.LENIENT.readTree(answer.body()).path("code").asText()).isEqualTo("UNAUTHORIZED");
            assertThat(answer.body()).doesNotContain("guessed").doesNotContain("xception");
        });
        assertThat(inferring.statusCode()).isEqualTo(401);
        assertThat(Json.LENIENT.readTree(inferring.body()).path("code").asText()).isEqualTo("UNAUTHORIZED");
        assertThat(Json.LENIENT.readTree(inferring.body()).path("error").asText()).isNotBlank();
    }

    @Test
    void letsAKeyDoWhatItsRolesSay() throws Exception {
        // When
        HttpResponse<String> reading = send(callOf("desk", TASKS));
        HttpResponse<String> predicting = send(posting(callOf("app", PREDICTIONS)));
        List<HttpResponse<String>> forbidden = List.of(send(callOf("app", TASKS)), send(posting(callOf("desk", PREDICTIONS))),
                send(posting(callOf("desk", INFER))), send(callOf("app", "/q/metrics")));

        // Then
        assertThat(reading.statusCode()).as(reading.body()).isEqualTo(200);
        assertThat(predicting.statusCode()).as(predicting.body()).isEqualTo(404);
        assertThat(forbidden).allSatisfy(answer -> {
            assertThat(answer.statusCode()).as(answer.uri() + answer.body()).isEqualTo(403);
            assertThat(Json.LENIENT.readTree(answer.body()).path("code").asText()).isEqualTo("FORBIDDEN");
        });
    }

    @Test
    void takesATokenThatTheProviderHasSigned() throws Exception {
        // Given
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        PrivateKey other = generator.generateKeyPair().getPrivate();
        Tokens tokens = new Tokens(issuer, privateKey);
        Tokens others = new Tokens(issuer, Base64.getEncoder().encodeToString(other.getEncoded()));

        // Then
        assertThat(listWith(tokens.of("user-17", "read")).statusCode()).isEqualTo(200);
        assertThat(listWith(tokens.of("user-17", "predict")).statusCode()).isEqualTo(403);
        assertThat(List.of(listWith(tokens.expired("user-17")), listWith(tokens.forAnother("user-17")),
                listWith(others.of("user-17", "read")), listWith("no.token.atall")))
                .allSatisfy(answer -> {
                    assertThat(answer.statusCode()).isEqualTo(401);
                    assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
                    assertThat(Json.LENIENT.readTree(answer.body()).path("code").asText()).isEqualTo("UNAUTHORIZED");
                });
    }

    @Test
    void guardsTheDoorOfGrpcAsThatOfHttp() {
        // Given
        ManagedChannel channel = NettyChannelBuilder.forAddress(root.getHost(), root.getPort()).usePlaintext().build();
        try {
            GRPCInferenceServiceBlockingStub nobody = GRPCInferenceServiceGrpc.newBlockingStub(channel);

            // Then
            assertThat(nobody.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
            assertThat(statusOf(() -> nobody.modelInfer(ModelInferRequest.getDefaultInstance())))
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(statusOf(() -> as(nobody, "guesser").modelReady(ModelReadyRequest.getDefaultInstance())))
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(statusOf(() -> as(nobody, "desk").modelInfer(ModelInferRequest.getDefaultInstance())))
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(statusOf(() -> as(nobody, "app").modelInfer(ModelInferRequest.getDefaultInstance())))
                    .isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(as(nobody, "desk").modelReady(ModelReadyRequest.newBuilder().setName("iris").build()).getReady())
                    .isFalse();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void asksWhoIsThereBeforeAMessageOfGrpcComes() throws Exception {
        // Given
        byte[] beginning = { 0, 1, 0, 0, 0, 1 };
        io.vertx.core.http.HttpClient http2 = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        try {
            // When
            HttpClientResponse refusal = http2
                    .request(HttpMethod.POST, root.getPort(), root.getHost(), "/inference.GRPCInferenceService/ModelInfer")
                    .compose(call -> {
                        Future<HttpClientResponse> answer = call.response();
                        Future<Void> unused = call.putHeader("Content-Type", "application/grpc").setChunked(true)
                                .write(Buffer.buffer(beginning));
                        return answer;
                    }).toCompletionStage().toCompletableFuture().get(5, TimeUnit.MINUTES);

            // Then
            assertThat(refusal.getHeader("grpc-status")).isEqualTo("16");
            assertThat(refusal.getHeader("grpc-message")).isEqualTo("the call needs a key or a token that is known");
        } finally {
            http2.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.MINUTES);
        }
    }

    @Test
    void makesNoSeriesOfThePathsOfRefusedCalls() throws Exception {
        // When
        HttpResponse<String> nobody = send(call("/v1/invented-by-nobody"));
        String guesser = LoopbackCall.answer(root.getPort(), 9, "/v1/invented-by-a-guesser", "X-API-Key: guessed");
        HttpResponse<String> forbidden = send(callOf("app", "/v1/tasks/invented-by-an-app"));

        // Then
        assertThat(nobody.statusCode()).isIn(401, 404);
        assertThat(LoopbackCall.status(guesser)).isEqualTo(401);
        assertThat(forbidden.statusCode()).isEqualTo(403);
        await().atMost(Await.LIMIT).untilAsserted(
                () -> assertThat(send(callOf("desk", "/q/metrics")).body()).contains("http_server_requests_seconds_count")
                        .contains("status=\"403\"", "status=\"401\"").doesNotContain("invented"));
    }

    private static GRPCInferenceServiceBlockingStub as(GRPCInferenceServiceBlockingStub stub, String name) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER), GuardedService.secret(name));
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static Status.Code statusOf(Runnable call) {
        try {
            call.run();
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    @Test
    void leavesHealthOpenAndClosesTheOtherOperationsOnlyWhenToldTo() throws Exception {
        // Then
        assertThat(send(call("/q/health/live")).statusCode()).isEqualTo(200);
        assertThat(send(call("/v2/health/live")).statusCode()).isEqualTo(200);
        assertThat(send(call("/q/metrics")).statusCode()).isEqualTo(401);
        assertThat(send(call("/q/openapi")).statusCode()).isEqualTo(401);
        assertThat(send(callOf("desk", "/q/metrics")).statusCode()).isEqualTo(200);
    }

    @Test
    void asksAClientThatCallsTooOftenForAPause() throws Exception {
        // When
        List<HttpResponse<String>> answers = sendUntilRefused(callOf("eager", TASKS));
        List<HttpResponse<String>> inferAnswers = sendUntilRefused(posting(callOf("eager", INFER)));

        // Then
        assertThat(answers).hasSizeGreaterThan(GuardedService.BURST);
        HttpResponse<String> refused = answers.get(answers.size() - 1);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(Json.LENIENT.readTree(refused.body()).path("code").asText()).isEqualTo("TOO_MANY_REQUESTS");
        HttpResponse<String> inferRefused = inferAnswers.get(inferAnswers.size() - 1);
        assertThat(Json.LENIENT.readTree(inferRefused.body()).path("error").asText()).isNotBlank();
        assertThat(send(callOf("desk", TASKS)).statusCode()).isEqualTo(200);
    }

    /** Every answer, of which the last is the first with 429: a moment later there may be room for a call again. */
    private List<HttpResponse<String>> sendUntilRefused(HttpRequest.Builder call) throws Exception {
        List<HttpResponse<String>> answers = new ArrayList<>();
        do {
            answers.add(send(call));
            assertThat(answers).hasSizeLessThan(1000);
        } while (answers.get(answers.size() - 1).statusCode() != 429);
        return answers;
    }

    @Test
    void countsACallWhosePathBeginsLikeOneThatIsNotCounted() {
        // Given
        List<Integer> statuses = new ArrayList<>();

        // When
        while (statuses.isEmpty() || statuses.get(statuses.size() - 1) != 429) {
            statuses.add(LoopbackCall.status(LoopbackCall.answer(root.getPort(), 1, "/q/.." + TASKS,
                    "X-API-Key: " + GuardedService.secret("sly"))));
            assertThat(statuses).hasSizeLessThan(1000);
        }

        // Then
        assertThat(statuses).containsOnly(200, 429);
    }

    @Test
    void asksAClientOfGrpcThatCallsTooOftenForAPause() {
        // Given
        ManagedChannel channel = NettyChannelBuilder.forAddress(root.getHost(), root.getPort()).usePlaintext().build();
        try {
            GRPCInferenceServiceBlockingStub swift = as(GRPCInferenceServiceGrpc.newBlockingStub(channel), "swift");
            List<Status.Code> answers = new ArrayList<>();

            // When
            while (!answers.contains(Status.Code.UNAVAILABLE)) {
                answers.add(statusOf(() -> swift.modelReady(ModelReadyRequest.newBuilder().setName("iris").build())));
                assertThat(answers).hasSizeLessThan(1000);
            }

            // Then
            assertThat(answers).containsOnly(Status.Code.OK, Status.Code.UNAVAILABLE)
                    .hasSizeGreaterThan(GuardedService.BURST);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void sendsHeadersThatKeepBrowsersFromGuessingAndKeeping() throws Exception {
        // When
        HttpResponse<String> answer = send(callOf("desk", TASKS));

        // Then
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.headers().firstValue("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).isEmpty();
    }

    @Test
    void speaksTlsWithAConfiguredCertificate() throws Exception {
        // Given
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        try (InputStream file = Files.newInputStream(Path.of(certificate))) {
            certificates.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(certificates);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        HttpRequest request = HttpRequest.newBuilder(secureRoot.resolve("/v2/health/live")).build();

        // When
        HttpResponse<String> answer = HttpClient.newBuilder().sslContext(context).build()
                .send(request, BodyHandlers.ofString());

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).contains("max-age=31536000");
        assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString())).hasMessageContaining("certification path");
    }
}
