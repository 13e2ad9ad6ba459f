package io.graft.inference.rest;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How the service ends. */
@ConfigMapping(prefix = "graft.shutdown")
public interface ShutdownConfig {

    /**
     * How long what came in before the end may take, from when new calls are refused; less than
     * {@code quarkus.shutdown.timeout}.
     */
    @WithDefault("15s")
    Duration answerLimit();
}
