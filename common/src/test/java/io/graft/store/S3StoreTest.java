package io.graft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import io.graft.digest.Digests;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.testing.Ports;
import io.graft.testing.WebServer;

/** Against S3Proxy, and servers that behave as badly as a test wants. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3StoreTest extends ObjectStoreContract {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final URI URL = URI.create("s3://graft/versions");

    @SuppressWarnings("NullAway.Init") // set before all tests
    private S3Server server;
    @SuppressWarnings("NullAway.Init") // set before each test
    private WebServer bad;

    @BeforeAll
    void start() throws Exception {
        server = S3Server.start();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void startABadOne() throws IOException {
        bad = WebServer.start();
    }

    @AfterEach
    void stopTheBadOne() {
        bad.close();
    }

    @Override
    ObjectStoreConfig config() {
        return config(URL, server.endpoint(), S3Server.SECRET_ACCESS_KEY, Duration.ofMinutes(1));
    }

    private static ObjectStoreConfig config(URI url, URI endpoint, String secret, Duration timeout) {
        return new ObjectStoreConfig(url, Optional.of(endpoint), Optional.empty(), true,
                Optional.of(S3Server.ACCESS_KEY_ID), Optional.of(secret), timeout);
    }

    @Override
    ObjectStoreConfig refusing() {
        return config(URL, server.endpoint(), "another secret", Duration.ofMinutes(1));
    }

    @Override
    String remedy() {
        return " refuses: status 403 SignatureDoesNotMatch";
    }

    @Override
    void damage(URI uri, byte[] bytes) {
        server.write(uri.getPath().substring(1), bytes);
    }

    @Override
    Object stamp(URI uri) {
        return server.putCount();
    }

    @Test
    void saysWhichRightIsMissing() {
        // Given
        byte[] bytes = bytes(10);
        String sha256 = Digests.sha256Hex(bytes);
        URI uri = URI.create(URL + "/" + sha256 + "/a.bin");

        try (ObjectStore store = ObjectStores.open(refusing())) {
            // When
            Runnable get = () -> store.get(uri, sha256, 10);
            Runnable put = () -> store.put("a.bin", bytes);

            // Then
            assertThatThrownBy(get::run).hasMessageEndingWith("(expected: in the configured region and at the configured "
                    + "endpoint, a bucket that is there and credentials with the right s3:GetObject)");
            assertThatThrownBy(put::run).hasMessageEndingWith("with the right s3:PutObject)");
        }
    }

    @Test
    void looksForCredentialsWhereTheLibraryDoes() {
        // Given
        byte[] bytes = bytes(10);
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY_ID);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_ACCESS_KEY);

        try (ObjectStore store = ObjectStores.open(withoutKeys())) {
            // When
            URI uri = store.put("a.bin", bytes);

            // Then
            assertThat(store.get(uri, Digests.sha256Hex(bytes), 10)).isEqualTo(bytes);
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void isBusyWhileCredentialsThatItHadCannotBeFetched() {
        // Given: a source that gives none any more
        URI gone = URI.create(URL + "/" + Digests.sha256Hex(bytes(10)) + "/a.bin");
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY_ID);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_ACCESS_KEY);
        try (ObjectStore store = ObjectStores.open(withoutKeys())) {
            store.put("a.bin", bytes(10));
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");

            // When
            Runnable get = () -> store.get(gone, Digests.sha256Hex(bytes(10)), 10);

            // Then
            assertWithoutCredentials(get, ProblemType.BUSY, "OBJECT_STORE_BUSY");
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void isBusyWhileTheServiceThatGivesCredentialsIsAway() {
        // Given
        System.setProperty("aws.disableEc2Metadata", "true");
        System.setProperty("aws.webIdentityTokenFile", "/nowhere/token");
        System.setProperty("aws.roleArn", "arn:aws:iam::1:role/graft");
        try (ObjectStore store = ObjectStores.open(withoutKeys())) {
            // When
            Runnable put = () -> store.put("a.bin", bytes(10));

            // Then
            assertWithoutCredentials(put, ProblemType.BUSY, "OBJECT_STORE_BUSY");
        } finally {
            System.clearProperty("aws.disableEc2Metadata");
            System.clearProperty("aws.webIdentityTokenFile");
            System.clearProperty("aws.roleArn");
        }
    }

    @Test
    void isBrokenWhereNothingGivesCredentials() {
        // Given
        System.setProperty("aws.disableEc2Metadata", "true");
        try (ObjectStore store = ObjectStores.open(withoutKeys())) {
            // When
            Runnable put = () -> store.put("a.bin", bytes(10));

            // Then
            assertWithoutCredentials(put, ProblemType.BROKEN, "OBJECT_STORE_BROKEN");
        } finally {
            System.clearProperty("aws.disableEc2Metadata");
        }
    }

    private ObjectStoreConfig withoutKeys() {
        return new ObjectStoreConfig(URL, Optional.of(server.endpoint()), Optional.empty(), true, Optional.empty(),
                Optional.empty(), Duration.ofMinutes(1));
    }

    private static void assertWithoutCredentials(Runnable call, ProblemType type, String code) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.type()).as(problem.sentence()).isEqualTo(type);
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem).hasMessageStartingWith("object store " + URL + " is used without credentials: ")
                    .hasMessageEndingWith(" (expected: an access key id and a secret access key in the configuration, or what "
                            + "AWS' library finds by itself)");
        });
    }

    @Test
    void tellsABucketThatIsNotThereFromAnObjectThatIsNot() {
        // Given
        URI url = URI.create("s3://elsewhere");
        byte[] bytes = bytes(10);
        String sha256 = Digests.sha256Hex(bytes);

        try (ObjectStore store = ObjectStores
                .open(config(url, server.endpoint(), S3Server.SECRET_ACCESS_KEY, Duration.ofMinutes(1)))) {
            // When
            Runnable put = () -> store.put("a.bin", bytes);
            Runnable get = () -> store.get(URI.create(url + "/" + sha256 + "/a.bin"), sha256, 10);

            // Then
            for (Runnable call : List.of(put, get)) {
                assertThatThrownBy(call::run).isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.type()).as(problem.sentence()).isEqualTo(ProblemType.BROKEN);
                    assertThat(problem)
                            .hasMessageStartingWith("object store s3://elsewhere refuses: status 404 NoSuchBucket");
                });
            }
        }
    }

    @Test
    void keepsObjectsOfABucketWithoutAPrefix() {
        // Given
        byte[] bytes = bytes(10);
        String sha256 = Digests.sha256Hex(bytes);
        ObjectStoreConfig config = config(URI.create("s3://graft/"), server.endpoint(), S3Server.SECRET_ACCESS_KEY,
                Duration.ofMinutes(1));

        try (ObjectStore store = ObjectStores.open(config)) {
            // When
            URI uri = store.put("a.bin", bytes);

            // Then
            assertThat(uri).hasToString("s3://graft/" + sha256 + "/a.bin");
            assertThat(store.get(uri, sha256, 10)).isEqualTo(bytes);
        }
    }

    @Test
    @Timeout(60)
    void endsInTimeWhereNobodyListens() {
        // Given
        URI endpoint = URI.create("http://127.0.0.1:" + Ports.free());

        // When, Then
        assertBusy(endpoint, 10);
    }

    @Test
    @Timeout(60)
    void endsInTimeWhereNobodyTakesTheConnection() throws IOException {
        // Given
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            URI endpoint = URI.create("http://127.0.0.1:" + silent.getLocalPort());

            // When, Then: the upload is more than any buffer between
            assertBusy(endpoint, 20_000_000);
        }
    }

    @Test
    @Timeout(60)
    void endsInTimeWhereTheUploadIsNotRead() {
        // Given
        bad.answer("/", exchange -> {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(404, -1);
                exchange.close();
            } else {
                bad.awaitEnd();
            }
        });

        // When, Then
        assertBusy(bad.uri(""), 20_000_000);
    }

    @Test
    @Timeout(60)
    void endsInTimeWhereAByteComesNowAndThen() {
        // Given
        bad.answer("/", exchange -> {
            exchange.sendResponseHeaders(200, 20_000_000);
            OutputStream body = exchange.getResponseBody();
            while (!bad.awaitEnd(100)) {
                body.write(1);
                body.flush();
            }
        });

        // When, Then
        assertBusy(bad.uri(""), 20_000_000);
    }

    @Test
    @Timeout(60)
    void isBusyWhereTheServerIs() {
        // Given
        bad.answer("/", exchange -> {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });

        // When, Then
        assertBusy(bad.uri(""), 10);
    }

    @Test
    @Timeout(60)
    void readsNothingOfAnObjectOfAnotherSize() {
        // Given
        String sha256 = Digests.sha256Hex(bytes(10));
        bad.answer("/", exchange -> {
            exchange.sendResponseHeaders(200, 1L << 40);
            exchange.getResponseBody().write(0);
            exchange.getResponseBody().flush();
            bad.awaitEnd();
        });

        try (ObjectStore store = ObjectStores.open(config(URL, bad.uri(""), "a", Duration.ofMinutes(1)))) {
            // When
            Runnable get = () -> store.get(URI.create(URL + "/" + sha256 + "/a.bin"), sha256, 10);

            // Then
            assertProblem(get, ProblemType.INVALID, "OBJECT_SIZE_WRONG", "object '" + URL + "/" + sha256
                    + "/a.bin' has 1099511627776 bytes (expected: 10)");
        }
    }

    @Test
    @Timeout(60)
    void isBusyWhereTheAnswerIsCutOff() {
        // Given
        String sha256 = Digests.sha256Hex(bytes(10));
        bad.answer("/", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write(bytes(10), 0, 5);
            exchange.getResponseBody().flush();
            exchange.close();
        });

        try (ObjectStore store = ObjectStores.open(config(URL, bad.uri(""), "a", Duration.ofMinutes(1)))) {
            // When
            Runnable get = () -> store.get(URI.create(URL + "/" + sha256 + "/a.bin"), sha256, 10);

            // Then: a newer JDK sees it first
            assertThatThrownBy(get::run).isInstanceOfSatisfying(Problem.class, problem -> {
                assertThat(problem.code()).isEqualTo("OBJECT_STORE_BUSY");
                assertThat(problem.type()).isEqualTo(ProblemType.BUSY);
                assertThat(problem.sentence()).matches("object store " + URL + " does not answer: java\\.io\\.("
                        + "EOFException: answer ends after 5 of 10 bytes|IOException: Premature EOF) \\(expected: .*");
            });
        }
    }

    private static void assertBusy(URI endpoint, int sizeBytes) {
        byte[] bytes = bytes(sizeBytes);
        String sha256 = Digests.sha256Hex(bytes);
        try (ObjectStore store = ObjectStores.open(config(URL, endpoint, "a", TIMEOUT))) {
            Runnable put = () -> store.put("a.bin", bytes);
            Runnable get = () -> store.get(URI.create(URL + "/" + sha256 + "/a.bin"), sha256, sizeBytes);
            for (Runnable call : List.of(put, get)) {
                assertThatThrownBy(call::run).isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.type()).as(problem.sentence()).isEqualTo(ProblemType.BUSY);
                    assertThat(problem.code()).isEqualTo("OBJECT_STORE_BUSY");
                    assertThat(problem).hasMessageStartingWith("object store " + URL + " does not answer: ")
                            .hasMessageEndingWith(" (expected: reachable, and done within the time limit)");
                });
            }
        }
    }
}
