package io.graft.inference;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.graft.digest.Digests;
import io.graft.testing.Certificate;
import io.graft.testing.OpenIdProvider;
import io.graft.testing.TemporaryFolder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;

/** The service with keys, tokens, a limit and TLS. */
public final class GuardedService implements QuarkusTestProfile {

    static final String AUDIENCE = "graft";
    static final String PRIVATE_KEY = "graft-test.private-key";
    static final String ISSUER = "graft-test.issuer";
    static final String CERTIFICATE = "graft-test.certificate";
    static final int BURST = 40;
    static final int WRONG_KEYS = 10;

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> config = new HashMap<>(Map.of("graft.access.required", "true", "graft.access.oidc", "true",
                "graft.access.operations-protected", "true", "graft.access.requests-per-second", "1",
                "graft.access.burst-count", Integer.toString(BURST), "graft.access.wrong-keys-per-minute",
                Integer.toString(WRONG_KEYS)));
        Map.of("app", "predict", "desk", "read", "eager", "read,predict", "swift", "read", "reader", "read", "asker", "predict",
                "hasty", "read", "sly", "read").forEach((name, roles) -> {
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
        return List.of(new TestResourceEntry(KafkaResource.class), new TestResourceEntry(Identities.class));
    }

    /** A provider of tokens, and a certificate that was made a moment ago. */
    public static final class Identities implements QuarkusTestResourceLifecycleManager {

        private final OpenIdProvider provider = OpenIdProvider.start();
        private final TemporaryFolder folder = TemporaryFolder.create("graft-guarded-");

        @Override
        public Map<String, String> start() {
            Certificate certificate = Certificate.of(folder.path(), "server");
            return Map.of("quarkus.oidc.auth-server-url", provider.issuer(), "quarkus.oidc.token.audience", AUDIENCE,
                    PRIVATE_KEY, provider.privateKey(), ISSUER, provider.issuer(),
                    "quarkus.tls.key-store.pem.0.cert", certificate.pem().toString(),
                    "quarkus.tls.key-store.pem.0.key", certificate.privateKey().toString(),
                    "quarkus.http.test-ssl-port", "0", CERTIFICATE, certificate.pem().toString());
        }

        @Override
        public void stop() {
            provider.close();
            folder.close();
        }
    }
}
