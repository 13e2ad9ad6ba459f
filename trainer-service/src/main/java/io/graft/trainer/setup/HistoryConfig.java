package io.graft.trainer.setup;

import java.time.Duration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is kept of the versions that were made. */
@ConfigMapping(prefix = "graft.history")
public interface HistoryConfig {

    /**
     * Versions of a task, the newest ones, that are listed and found by a sample that they had seen; up to 64 KiB of memory
     * each.
     */
    @WithDefault("1000")
    @Min(1)
    @Max(100_000)
    int versionCountMax();

    /** How long reading the serving version again, to compare the next one with it, may take. */
    @WithDefault("30s")
    Duration archiveReadMax();
}
