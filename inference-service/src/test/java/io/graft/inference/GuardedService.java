package io.graft.inference;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.sun.net.httpserver.HttpServer;

import io.graft.digest.Digests;
import io.graft.testing.TemporaryFolder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;

/** The service with keys, tokens, a limit and TLS. */
public final class GuardedService implements QuarkusTestProfile {

    static final String AUDIENCE = "graft";
    static final String PRIVATE_KEY = "graft-test.private-key";
    static final String ISSUER = "graft-test.issuer";
    static final String KEY_STORE = "graft-test.key-store";
    static final String PASSWORD = "not-a-secret";
    static final int BURST = 40;
    static final int WRONG_KEYS = 10;

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> config = new HashMap<>(Map.of("graft.access.required", "true", "graft.access.oidc", "true",
                "graft.access.operations-protected", "true", "graft.access.requests-per-second", "1",
                "graft.access.burst-count", Integer.toString(BURST), "graft.access.wrong-keys-per-minute",
                Integer.toString(WRONG_KEYS)));
        Map.of("app", "predict", "desk", "read", "eager", "read,predict", "swift", "read").forEach((name, roles) -> {
            config.put("graft.access.api-keys.\"" + name + "\".sha256", digest(secret(name)));
            config.put("graft.access.api-keys.\"" + name + "\".roles", roles);
        });
        return config;
    }

    static String secret(String client) {
        return "secret-of-" + client;
    }

    private static String digest(String text) {
        return Digests.sha256Hex(text);
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(KafkaResource.class), new TestResourceEntry(OpenIdProvider.class));
    }

    /** What the service asks of an OpenID provider, and a certificate that was made a moment ago. */
    public static final class OpenIdProvider implements QuarkusTestResourceLifecycleManager {

        private final HttpServer server = listen();
        private final TemporaryFolder folder = TemporaryFolder.create("graft-guarded-");

        @Override
        public Map<String, String> start() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                KeyPair keys = generator.generateKeyPair();
                String issuer = "http://localhost:" + server.getAddress().getPort();
                answer("/.well-known/openid-configuration",
                        "{\"issuer\": \"" + issuer + "\", \"jwks_uri\": \"" + issuer + "/jwks\"}");
                answer("/jwks", "{\"keys\": [" + jwk((RSAPublicKey) keys.getPublic()) + "]}");
                server.start();
                Path keyStore = folder.path().resolve("server.p12");
                makeCertificate(keyStore);
                return Map.of("quarkus.oidc.auth-server-url", issuer, "quarkus.oidc.token.audience", AUDIENCE,
                        PRIVATE_KEY, Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded()), ISSUER, issuer,
                        "quarkus.tls.key-store.p12.path", keyStore.toString(), "quarkus.tls.key-store.p12.password", PASSWORD,
                        "quarkus.http.test-ssl-port", "0", KEY_STORE, keyStore.toString());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private void answer(String path, String json) {
            server.createContext(path, exchange -> {
                byte[] body = json.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
        }

        private static String jwk(RSAPublicKey key) {
            Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
            return "{\"kty\": \"RSA\", \"kid\": \"1\", \"use\": \"sig\", \"alg\": \"RS256\", \"n\": \""
                    + base64.encodeToString(key.getModulus().toByteArray()) + "\", \"e\": \""
                    + base64.encodeToString(key.getPublicExponent().toByteArray()) + "\"}";
        }

        private static void makeCertificate(Path keyStore) {
            try {
                Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair", "-alias", "server", "-keyalg", "RSA", "-dname", "CN=localhost", "-ext",
                        "san=dns:localhost", "-storetype", "PKCS12", "-keystore", keyStore.toString(), "-storepass", PASSWORD)
                        .redirectErrorStream(true).start();
                try (InputStream said = keytool.getInputStream()) {
                    String output = new String(said.readAllBytes(), StandardCharsets.UTF_8);
                    if (keytool.waitFor() != 0) {
                        throw new IllegalStateException(output);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private static HttpServer listen() {
            try {
                return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {
            server.stop(0);
            folder.close();
        }
    }
}
