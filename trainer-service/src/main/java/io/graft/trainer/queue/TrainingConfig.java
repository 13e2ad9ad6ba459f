package io.graft.trainer.queue;

import java.time.Duration;
import java.util.OptionalInt;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How train requests are worked off. */
@ConfigMapping(prefix = "graft.training")
public interface TrainingConfig {

    /** Runs at the same time; absent: one for each core. The requests of a task run one after the other. */
    @Min(1)
    @Max(1024)
    OptionalInt parallelRuns();

    /** How long a run waits for the samples before it to be embedded. */
    @WithDefault("30m")
    Duration waitLimit();

    /** How long a run may embed the samples that its backbone lacks; the next run goes on where it ended. */
    @WithDefault("2h")
    Duration embeddingLimit();

    /** How long a run may train. */
    @WithDefault("10m")
    Duration runLimit();

    /**
     * How long a run may train blocks of the backbone, reading the samples included; likewise how long the gate may read
     * samples for a serving version with blocks.
     */
    @WithDefault("2h")
    Duration fineTuningLimit();

    /**
     * How long a run asks an object store that does not answer, before it trains blocks, and for their file; likewise a broker
     * that does not answer while the gate reads the serving version, or samples for its blocks; 1 s to 1 day.
     */
    @WithDefault("10m")
    Duration storeLimit();

    /** What the samples of a run may take in memory while blocks of the backbone are trained, in bytes. */
    @WithDefault("1000000000")
    @Min(1)
    @Max(2_000_000_000)
    long fineTuningBytesMax();

    /** Trained blocks of up to so many bytes travel in the version's event, larger ones in the object store. */
    @WithDefault("500000")
    @Min(0)
    @Max(20_000_000)
    long inlineBlockBytesMax();

    /** Labels of a training set; a run of more fails, because its evaluation grows with their square. */
    @WithDefault("1000")
    @Min(2)
    @Max(100_000)
    int labelCountMax();
}
