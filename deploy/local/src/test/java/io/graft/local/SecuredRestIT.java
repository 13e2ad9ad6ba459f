package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.testing.Certificate;
import io.graft.testing.CertificateAuthority;
import io.graft.testing.KafkaBroker;
import io.graft.testing.Leash;
import io.graft.testing.Ports;

/** Both services over TLS, with the settings that {@code docs/operations.md} shows and certificates of an authority. */
class SecuredRestIT {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    private Path folder;

    private final int port = Ports.free();
    private final int plainPort = Ports.free();
    @SuppressWarnings("NullAway.Init") // before each test
    private KafkaBroker broker;
    @SuppressWarnings("NullAway.Init") // before each test
    private CertificateAuthority authority;

    @BeforeEach
    void start() {
        broker = KafkaBroker.start(folder.resolve("broker"));
        authority = CertificateAuthority.of(folder.resolve("authority"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void servesOverTls() throws Exception {
        // When
        try (ServiceProcess inference = launched("inference-service", settings("**TLS**"))) {
            inference.awaitUntil("ready over TLS", LIMIT, () -> isReady(client(Optional.empty())));

            // Then
            assertThat(status(client(Optional.empty()), "/v1/tasks")).isEqualTo(200);
            assertThatThrownBy(() -> status(HttpClient.newHttpClient(), "/v1/tasks")).as("by another authority")
                    .isInstanceOf(IOException.class);
            assertNothingWithoutTls();
        }
    }

    @Test
    void turnsAwayFromTheTrainerWhoHasNoCertificate() throws Exception {
        // When
        try (ServiceProcess trainer = launched("trainer-service", settings("**TLS**", "**Client certificates**"))) {
            // Then
            servesOnlyWithACertificate(trainer);
        }
    }

    @Test
    void turnsAwayFromInferenceWhoHasNoCertificate() throws Exception {
        // When
        try (ServiceProcess inference = launched("inference-service", settings("**TLS**", "**Client certificates**"))) {
            // Then
            servesOnlyWithACertificate(inference);
        }
    }

    private void servesOnlyWithACertificate(ServiceProcess service) throws Exception {
        HttpClient known = client(Optional.of(authority.issue("device-17")));
        service.awaitUntil("ready for a client with a certificate", LIMIT, () -> isReady(known));
        assertThat(status(known, "/v1/tasks")).isEqualTo(200);
        assertThatThrownBy(() -> status(client(Optional.empty()), "/v1/tasks")).as("nobody").isInstanceOf(IOException.class);
        Certificate stranger = Certificate.of(folder.resolve("elsewhere"), "device-17");
        assertThatThrownBy(() -> status(client(Optional.of(stranger)), "/v1/tasks")).as("of another authority")
                .isInstanceOf(IOException.class);
        assertThat(status(known, "/v1/tasks")).isEqualTo(200);
        assertNothingWithoutTls();
    }

    private void assertNothingWithoutTls() {
        HttpRequest plain = HttpRequest.newBuilder(URI.create("http://localhost:" + plainPort + "/v1/tasks")).build();
        assertThatThrownBy(() -> HttpClient.newHttpClient().send(plain, HttpResponse.BodyHandlers.discarding()))
                .isInstanceOf(ConnectException.class);
    }

    /** What the page shows behind these words, with this machine's files and ports in it. */
    private Map<String, String> settings(String... words) throws IOException {
        Certificate server = authority.issue("server");
        Properties shown = new Properties();
        for (String word : words) {
            shown.load(new StringReader(block(word)));
        }
        Map<String, String> settings = new TreeMap<>(Map.of("quarkus.http.port", String.valueOf(plainPort),
                "kafka.bootstrap.servers", broker.bootstrapServers(), "graft.topics.create", "true", "graft.replica.name",
                "secured", "graft.access.required", "false"));
        shown.stringPropertyNames().forEach(key -> settings.put(key, shown.getProperty(key)
                .replace("/…/tls.crt", server.pem().toString())
                .replace("/…/tls.key", server.privateKey().toString())
                .replace("/…/ca.crt", authority.pem().toString())));
        settings.put("quarkus.http.ssl-port", String.valueOf(port));
        return settings;
    }

    private static String block(String word) {
        List<String> lines = Documents.text("docs/operations.md").lines().dropWhile(line -> !line.startsWith(word))
                .dropWhile(line -> !line.startsWith("```properties")).skip(1).takeWhile(line -> !line.equals("```")).toList();
        assertThat(lines).as(word).isNotEmpty();
        return String.join("\n", lines);
    }

    private ServiceProcess launched(String module, Map<String, String> settings) throws IOException {
        String text = settings.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n"));
        Path file = Files.writeString(folder.resolve("application.properties"), text);
        return new ServiceProcess(module, plainPort, folder.resolve(module + ".log"),
                List.of(Leash.java(), "--enable-native-access=ALL-UNNAMED", "--add-opens", "java.base/java.lang=ALL-UNNAMED",
                        "-Dsmallrye.config.locations=" + file, "-jar", LocalStack.jar(module).toString()));
    }

    private boolean isReady(HttpClient client) {
        try {
            return status(client, "/q/health/ready") == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private int status(HttpClient client, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).timeout(ANSWER_LIMIT)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    /** One that trusts the authority, and shows a certificate where it has one. */
    private HttpClient client(Optional<Certificate> own) {
        try (InputStream pem = Files.newInputStream(authority.pem())) {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            if (own.isPresent()) {
                char[] password = own.get().password().toCharArray();
                keys.init(KeyStore.getInstance(own.get().keyStore().toFile(), password), password);
            } else {
                keys.init(null, null);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return HttpClient.newBuilder().sslContext(context).build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
