package io.graft.trainer.verification;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How versions are verified and labels are looked over on request. */
@ConfigMapping(prefix = "graft.verification")
public interface VerificationConfig {

    /** How long a verification, or a look for label noise, may read a topic. */
    @WithDefault("5m")
    Duration readLimit();

    /** How long the training of a verification may take, and each of the five of a look for label noise. */
    @WithDefault("10m")
    Duration trainLimit();
}
