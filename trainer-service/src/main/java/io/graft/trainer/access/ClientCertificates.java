package io.graft.trainer.access;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.graft.problem.Problem;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;

/**
 * Has every client show a certificate, where that is asked for: Quarkus' own key for it counts only while a service is built.
 */
@Singleton
final class ClientCertificates implements HttpServerOptionsCustomizer {

    private static final String INVALID = "ACCESS_CONFIG_INVALID";
    private static final String LETS_PLAIN_IN = "enabled";

    private final boolean required;

    /** @throws Problem INVALID when certificates are required, and a client may come without TLS */
    ClientCertificates(AccessConfig config,
            @ConfigProperty(name = "quarkus.http.insecure-requests", defaultValue = LETS_PLAIN_IN) String insecureRequests) {
        this.required = config.clientCertificatesRequired();
        if (required && insecureRequests.equalsIgnoreCase(LETS_PLAIN_IN)) {
            throw Problem.invalid(INVALID,
                    "graft.access.client-certificates-required is true and quarkus.http.insecure-requests"
                            + " lets clients in without TLS (expected: disabled)");
        }
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        if (!required) {
            return;
        }
        if (options.getTrustOptions() == null) {
            throw Problem.invalid(INVALID, "graft.access.client-certificates-required is true and no authority is trusted"
                    + " (expected: its certificate in quarkus.tls.trust-store.pem.certs)");
        }
        options.setClientAuth(ClientAuth.REQUIRED);
    }
}
