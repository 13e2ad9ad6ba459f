package io.graft.trainer.access;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Whether clients have to say who they are, and how often they may call. */
@ConfigMapping(prefix = "graft.access")
public interface AccessConfig {

    /** Whether a call needs an API key or a token; {@code false} lets everybody do everything, for a network that you trust. */
    @WithDefault("true")
    boolean required();

    /** Whether tokens of an OpenID provider are taken: that of {@code quarkus.oidc.auth-server-url}. */
    @WithDefault("false")
    boolean oidc();

    /**
     * Whether a client over TLS has to show a certificate of an authority in {@code quarkus.tls.trust-store}, besides its key
     * or
     * token.
     */
    @WithDefault("false")
    boolean clientCertificatesRequired();

    /** Whether metrics and OpenAPI need the role {@code read} too. Health never needs one. */
    @WithDefault("false")
    boolean operationsProtected();

    /** Calls of one client in a second, in the long run; 0: no limit. Each replica counts by itself. */
    @WithDefault("0")
    @Min(0)
    @Max(1_000_000)
    int requestsPerSecond();

    /** Calls of one client at once, after a pause. */
    @WithDefault("100")
    @Min(1)
    @Max(1_000_000)
    int burstCount();

    /**
     * Wrong API keys and tokens of one address in a minute; then only clients that came from there before are let in. 0: no
     * limit.
     */
    @WithDefault("30")
    @Min(0)
    @Max(1_000_000)
    int wrongKeysPerMinute();
}
