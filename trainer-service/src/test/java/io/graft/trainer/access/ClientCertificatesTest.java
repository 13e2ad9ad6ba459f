package io.graft.trainer.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemTrustOptions;

class ClientCertificatesTest {

    private static AccessConfig config(boolean required) {
        return new SmallRyeConfigBuilder().withMapping(AccessConfig.class)
                .withSources(new PropertiesConfigSource(
                        Map.of("graft.access.client-certificates-required", String.valueOf(required)), "test", 100))
                .build().getConfigMapping(AccessConfig.class);
    }

    @Test
    void asksForThemWhereTheyAreRequired() {
        // Given
        HttpServerOptions asking = new HttpServerOptions().setTrustOptions(new PemTrustOptions());
        HttpServerOptions notAsking = new HttpServerOptions().setTrustOptions(new PemTrustOptions());

        // When
        new ClientCertificates(config(true), "disabled").customizeHttpsServer(asking);
        new ClientCertificates(config(false), "enabled").customizeHttpsServer(notAsking);

        // Then
        assertThat(asking.getClientAuth()).isEqualTo(ClientAuth.REQUIRED);
        assertThat(notAsking.getClientAuth()).isEqualTo(ClientAuth.NONE);
    }

    @Test
    void doesNotStartWhereAClientCouldComeWithoutTls() {
        // Then
        assertThatThrownBy(() -> new ClientCertificates(config(true), "enabled"))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("ACCESS_CONFIG_INVALID"))
                .hasMessageContaining("graft.access.client-certificates-required is true and quarkus.http.insecure-requests"
                        + " lets clients in without TLS (expected: disabled)");
    }

    @Test
    void doesNotStartWhereAnyAuthorityWouldCount() {
        // Given
        ClientCertificates certificates = new ClientCertificates(config(true), "disabled");

        // Then
        assertThatThrownBy(() -> certificates.customizeHttpsServer(new HttpServerOptions()))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("ACCESS_CONFIG_INVALID"))
                .hasMessageContaining("no authority is trusted (expected: its certificate in"
                        + " quarkus.tls.trust-store.pem.certs)");
    }
}
