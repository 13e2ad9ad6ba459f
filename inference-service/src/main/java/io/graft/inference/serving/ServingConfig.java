package io.graft.inference.serving;

import java.time.Duration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is kept of the models that were read. */
@ConfigMapping(prefix = "graft.serving")
public interface ServingConfig {

    /** Tasks in the table that have a version; versions of further ones are refused. */
    @WithDefault("10000")
    @Min(1)
    @Max(1_000_000)
    int taskCountMax();

    /** Tasks in the table that have a promotion and no version, beside those; promotions of further ones are refused. */
    @WithDefault("10000")
    @Min(1)
    @Max(1_000_000)
    int promotedTaskCountMax();

    /** Versions of a task in the table; the oldest are forgotten, but never the one that serves. */
    @WithDefault("1000")
    @Min(1)
    @Max(100_000)
    int versionCountMax();

    /** Versions of a task whose heads stay in memory, the newest ones; an older one is read again when it is promoted. */
    @WithDefault("10")
    @Min(1)
    @Max(1_000)
    int loadedCountMax();

    /** Likewise versions with blocks of their own, which take megabytes. */
    @WithDefault("2")
    @Min(1)
    @Max(1_000)
    int loadedTailCountMax();

    /** Bytes of a head's file. */
    @WithDefault("67108864")
    @Min(1024)
    @Max(1_073_741_824)
    int headBytesMax();

    /** Bytes of the file with a version's blocks. */
    @WithDefault("268435456")
    @Min(1024)
    @Max(1_073_741_824)
    long tailBytesMax();

    /** How long a promotion may wait for its version until it counts as refused. */
    @WithDefault("30s")
    Duration promotionWaitMax();

    /** How long a promotion may wait for the backbone of its version to be loaded until it counts as refused. */
    @WithDefault("10m")
    Duration backboneWaitMax();

    /** How long reading one older version again may take. */
    @WithDefault("30s")
    Duration archiveReadMax();
}
