package io.graft.inference.metrics;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How many series there may be. */
@ConfigMapping(prefix = "graft.metrics")
public interface MetricsConfig {

    /** Tasks with series of their own; further ones share _other. */
    @WithDefault("2000")
    @Min(1)
    @Max(1_000_000)
    int taskCountMax();

    /** Versions with series of their own at the same time; further ones share _other. */
    @WithDefault("2000")
    @Min(1)
    @Max(1_000_000)
    int versionCountMax();

    /** Labels of a version with a series of their own, the first ones; further ones share _other. */
    @WithDefault("100")
    @Min(1)
    @Max(100_000)
    int labelCountMax();
}
