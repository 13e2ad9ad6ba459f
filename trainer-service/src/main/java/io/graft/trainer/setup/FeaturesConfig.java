package io.graft.trainer.setup;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is kept of the features. */
@ConfigMapping(prefix = "graft.features")
public interface FeaturesConfig {

    /**
     * How long features of a backbone are kept once the task serves by another one; a version that is made by it begins the
     * time
     * anew.
     */
    @WithDefault("7d")
    Duration oldBackboneRetention();
}
