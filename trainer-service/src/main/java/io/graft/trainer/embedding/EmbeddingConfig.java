package io.graft.trainer.embedding;

import java.time.Duration;
import java.util.OptionalInt;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How samples become features. */
@ConfigMapping(prefix = "graft.embedding")
public interface EmbeddingConfig {

    /** Threads that decode and embed; absent: one for each core. */
    @Min(1)
    @Max(1024)
    OptionalInt threads();

    /** Samples in one forward pass; 0: 8 on a CPU, 64 on a GPU. */
    @WithDefault("0")
    @Min(0)
    @Max(1024)
    int batchSize();

    /** Augmented views of each training image that are embedded and trained on beside it; each costs as much as an image. */
    @WithDefault("0")
    @Min(0)
    @Max(16)
    int viewCount();

    /** Records in one transaction. */
    @WithDefault("256")
    @Min(1)
    @Max(10_000)
    int transactionSize();

    /** Embeddings that are remembered by content, so that a relabelled sample is not embedded again. */
    @WithDefault("10000")
    @Min(0)
    @Max(10_000_000)
    int rememberedCount();

    /**
     * How long samples wait for their task's backbone to be opened, before the default one embeds them meanwhile; 0 s to 2
     * minutes.
     */
    @WithDefault("30s")
    Duration backboneWaitLimit();

    /** The largest sample, in bytes. */
    @WithDefault("10000000")
    @Min(1)
    @Max(1_000_000_000)
    int sampleBytesMax();
}
