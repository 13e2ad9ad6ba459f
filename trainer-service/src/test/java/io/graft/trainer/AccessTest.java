package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.net.URI;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.digest.Digests;
import io.graft.testing.DocumentedAccess;
import io.graft.testing.LoopbackCall;
import io.graft.testing.OpenIdProvider;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.smallrye.jwt.build.Jwt;

/** Who may call the trainer, by keys as they are configured. */
@QuarkusTest
@TestProfile(AccessTest.Guarded.class)
class AccessTest {

    private static final int WRONG_KEYS = 10;
    private static final String AUDIENCE = "graft";
    private static final String PRIVATE_KEY = "graft-test.private-key";
    private static final String PROBLEM = "application/problem+json";

    /** A client for each role of the trainer. */
    public static class Guarded implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> config = new HashMap<>(Map.of("graft.access.required", "true", "graft.access.oidc", "true",
                    "graft.access.wrong-keys-per-minute", Integer.toString(WRONG_KEYS),
                    "graft.access.requests-per-second", "1"));
            for (String role : List.of("read", "train", "promote", "predict", "feedback")) {
                config.put("graft.access.api-keys." + role + "er.sha256",
                        Digests.sha256Hex(secret(role)));
                config.put("graft.access.api-keys." + role + "er.roles", role);
            }
            return config;
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(TrainerKafka.class), new TestResourceEntry(Tokens.class));
        }
    }

    /** A provider of tokens. */
    public static class Tokens implements QuarkusTestResourceLifecycleManager {

        private final OpenIdProvider provider = OpenIdProvider.start();

        @Override
        public Map<String, String> start() {
            return Map.of("quarkus.oidc.auth-server-url", provider.issuer(), "quarkus.oidc.token.audience", AUDIENCE,
                    PRIVATE_KEY, provider.privateKey());
        }

        @Override
        public void stop() {
            provider.close();
        }
    }

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init") // set by the test extension
    URI root;

    @Inject
    @ConfigProperty(name = PRIVATE_KEY)
    String privateKey;

    @Inject
    @ConfigProperty(name = "quarkus.oidc.auth-server-url")
    String issuer;

    /** Of three clients one lacks the role of any call, and one calls until it is refused. */
    @Test
    void documentsEveryRefusalAndNoOther() {
        // Given
        DocumentedAccess access = new DocumentedAccess(root, secret("read"));

        // Then
        assertThat(access.differences(401, List.of(Optional.empty()))).isEmpty();
        assertThat(access.differences(403, List.of(key("read"), key("predict")))).isEmpty();
        assertThat(access.differences(429, List.of(key("feedback")))).isEmpty();
        assertThat(access.document().at("/paths/~1v1~1tasks/get/security").toString())
                .isEqualTo("[{\"apiKey\":[]},{\"token\":[]}]");
        assertThat(access.document().at("/components/securitySchemes").size()).isEqualTo(2);
    }

    private static Optional<String> key(String role) {
        return Optional.of(secret(role));
    }

    private static String secret(String role) {
        return "secret-of-" + role + "er";
    }

    private static ValidatableResponse call(String method, String path, String role) {
        return given().header("X-API-Key", secret(role)).contentType("application/json").body("{}").request(method, path)
                .then();
    }

    @ParameterizedTest
    @CsvSource({ "GET, /v1/tasks, read, 200", "GET, /v1/tasks/iris/training-runs, read, 200",
            "POST, /v1/tasks/iris/train-requests, train, 202", "POST, /v1/tasks/iris/promotions, promote, 400" })
    void letsEachRoleDoWhatItIsFor(String method, String path, String role, int status) {
        // Then
        call(method, path, role).statusCode(status);
    }

    @ParameterizedTest
    @CsvSource({ "GET, /v1/tasks, train", "GET, /v1/tasks/iris/training-runs/1, predict",
            "POST, /v1/tasks/iris/train-requests, read", "POST, /v1/tasks/iris/promotions, train",
            "POST, /v1/tasks/iris/samples/1, promote", "DELETE, /v1/tasks/iris/samples/1, read",
            "PUT, /v1/tasks/iris/training-policy, read", "DELETE, /v1/tasks/iris/training-policy, promote",
            "DELETE, /v1/tasks/iris/training-runs/1, read", "POST, /v1/tasks/iris/versions/1/verify, read",
            "POST, /v1/tasks/iris/label-noise, predict" })
    void refusesEveryOtherRole(String method, String path, String role) {
        // Then
        call(method, path, role).statusCode(403).contentType(PROBLEM).body("code", equalTo("FORBIDDEN"));
    }

    @Test
    void asksAnAddressThatGuessesKeysForAPauseAndLetsInWhomItKnows() {
        // Given
        assertThat(statusFrom(2, "read")).isEqualTo(200);
        List<Integer> answers = new ArrayList<>();

        // When
        while (!answers.contains(429)) {
            answers.add(statusFrom(2, "guess-" + answers.size()));
            assertThat(answers).hasSizeLessThan(1000);
        }

        // Then
        assertThat(answers).containsOnly(401, 429).hasSizeGreaterThan(WRONG_KEYS);
        assertThat(statusFrom(2, "read")).isEqualTo(200);
        assertThat(statusFrom(3, "guess")).isEqualTo(401);
    }

    private static int statusFrom(int host, String role) {
        return LoopbackCall.status(answerTo(host, "X-API-Key: " + secret(role)));
    }

    private static String answerTo(int host, String header) {
        return LoopbackCall.answer(RestAssured.port, host, "/v1/tasks", header);
    }

    @Test
    void asksAnAddressThatSendsWrongTokensForAPauseAndLetsInWhomItKnows() throws Exception {
        // Given
        String wrong = bearer("operator", "another");
        assertThat(LoopbackCall.status(answerTo(4, bearer("operator", AUDIENCE)))).isEqualTo(200);
        List<String> answers = new ArrayList<>();

        // When
        while (answers.isEmpty() || LoopbackCall.status(answers.get(answers.size() - 1)) != 429) {
            answers.add(answerTo(4, wrong));
            assertThat(answers).hasSizeLessThan(1000);
        }

        // Then
        assertThat(answers.stream().map(LoopbackCall::status)).containsOnly(401, 429).hasSizeGreaterThan(WRONG_KEYS);
        assertThat(answers.get(answers.size() - 1)).containsIgnoringCase("\r\nRetry-After: ")
                .contains(PROBLEM, "TOO_MANY_REQUESTS")
                .doesNotContainIgnoringCase("WWW-Authenticate");
        assertThat(LoopbackCall.status(answerTo(4, bearer("operator", AUDIENCE)))).isEqualTo(200);
        assertThat(LoopbackCall.status(answerTo(5, wrong))).isEqualTo(401);
    }

    private String bearer(String subject, String audience) throws Exception {
        PrivateKey key = KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(privateKey)));
        return "Authorization: Bearer " + Jwt.claims().issuer(issuer).audience(audience).subject(subject).groups("read")
                .expiresIn(Duration.ofMinutes(5)).jws().keyId(OpenIdProvider.KEY_ID).sign(key);
    }

    @Test
    void asksWhoIsThereAndLeavesOperationsOpen() {
        // Then
        given().get("/v1/tasks").then().statusCode(401).contentType(PROBLEM).body("code", equalTo("UNAUTHORIZED"))
                .header("WWW-Authenticate", "Bearer realm=\"graft\", ApiKey realm=\"graft\"");
        given().header("Authorization", "Bearer abc").get("/v1/tasks").then().statusCode(401);
        call("GET", "/v1/tasks", "unheard-of").statusCode(401).contentType(PROBLEM).body("code", equalTo("UNAUTHORIZED"))
                .header("X-Content-Type-Options", "nosniff");
        given().accept("text/plain").get("/q/metrics").then().statusCode(200);
        given().get("/q/openapi").then().statusCode(200);
        given().get("/q/health/live").then().statusCode(200);
    }
}
