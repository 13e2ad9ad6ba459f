package io.graft.inference.feedback;

import java.time.Duration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is remembered of predictions, so that feedback on them finds its sample. */
@ConfigMapping(prefix = "graft.feedback")
public interface FeedbackConfig {

    /** Bytes of the remembered contents; the oldest are forgotten. 0: nothing is remembered. */
    @WithDefault("67108864")
    @Min(0)
    @Max(2_000_000_000)
    long storeBytesMax();

    /** How long a prediction is remembered. */
    @WithDefault("1h")
    Duration retention();

    /** Feedback that waits for the broker, of at most 64 MiB; further feedback is refused as busy. */
    @WithDefault("64")
    @Min(1)
    @Max(10_000)
    int waitingCountMax();
}
