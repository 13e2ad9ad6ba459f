package io.graft.inference.prediction;

import java.time.Duration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How many predictions at once, and how long each may take. */
@ConfigMapping(prefix = "graft.prediction")
public interface PredictionConfig {

    /** Threads that run the forward passes of a backbone; 0: one for each core, and one on a GPU. */
    @WithDefault("0")
    @Min(0)
    @Max(1024)
    int workerCount();

    /** Inputs in one forward pass; 0: 8 on a CPU, 64 on a GPU. */
    @WithDefault("0")
    @Min(0)
    @Max(1024)
    int batchSizeMax();

    /** Inputs of one request; no more than may wait. */
    @WithDefault("64")
    @Min(1)
    @Max(100_000)
    int inputCountMax();

    /** Inputs that may wait for each backbone; a request with a further one is refused as busy. */
    @WithDefault("256")
    @Min(1)
    @Max(100_000)
    int queueCapacity();

    /** Calls in work over HTTP and gRPC, those included that wait for a thread; a further one is refused as busy. */
    @WithDefault("256")
    @Min(1)
    @Max(100_000)
    int callCountMax();

    /**
     * Memory of all bodies over HTTP and messages over gRPC together in bytes, those on their way included; a call that would
     * go over is refused as busy.
     */
    @WithDefault("268435456")
    @Min(1)
    long bodiesBytesMax();

    /** Time in which the body of a call over HTTP, or the message of one over gRPC, has to arrive; at most an hour. */
    @WithDefault("30s")
    Duration bodyTimeout();

    /** Contents that are decoded at once; 0: one for each core. */
    @WithDefault("0")
    @Min(0)
    @Max(1024)
    int decodeCountMax();

    /**
     * Time from the end of a request's body to its answer, waiting included, over gRPC from the call; a longer one ends as
     * busy.
     */
    @WithDefault("10s")
    Duration timeout();

    /** Pixels of the longer side of the picture that explains an answer; a smaller image stays as it is. */
    @WithDefault("1024")
    @Min(64)
    @Max(4096)
    int pictureSideMax();

    /** Bytes of a content, as it comes. */
    @WithDefault("16777216")
    @Min(1)
    @Max(1_073_741_824)
    int contentBytesMax();
}
