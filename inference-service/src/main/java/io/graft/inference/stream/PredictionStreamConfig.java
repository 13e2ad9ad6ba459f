package io.graft.inference.stream;

import java.time.Duration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How prediction requests are read. */
@ConfigMapping(prefix = "graft.prediction-requests")
public interface PredictionStreamConfig {

    /** Whether this replica answers prediction requests that come over Kafka. */
    @WithDefault("true")
    boolean enabled();

    /** Requests that are answered at once: they share forward passes with each other and with those that come over REST. */
    @WithDefault("32")
    @Min(1)
    @Max(1024)
    int concurrency();

    /** How long the requests of a batch may wait for room, for memory or for their versions; 1 s to 2 minutes. */
    @WithDefault("1m")
    Duration waitLimit();

    /** How often a batch waits for memory until the wait limit is over; its requests that find none then are dead letters. */
    @WithDefault("3")
    @Min(1)
    @Max(100)
    int memoryWaitCountMax();

    /** How often a request that broke among others is tried alone, until it is a dead letter. */
    @WithDefault("3")
    @Min(1)
    @Max(100)
    int brokenTryCountMax();

    /** The last of so many requests that break, one after the other, ends the loop, and liveness is red. */
    @WithDefault("10")
    @Min(1)
    @Max(1_000_000)
    int brokenRowMax();

    /** Requests in one transaction. */
    @WithDefault("256")
    @Min(1)
    @Max(10_000)
    int transactionSize();
}
