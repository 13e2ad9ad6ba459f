package io.graft.inference.serving;

import java.util.Optional;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The topics of the pipeline. */
@ConfigMapping(prefix = "graft.topics")
public interface TopicsConfig {

    /** In front of every topic's name; absent: nothing. */
    Optional<String> prefix();

    /** Whether topics that are missing are created at the start. */
    @WithDefault("false")
    boolean create();

    /**
     * Of each topic that is created, but for promotions, training-policies, training-triggers and task-dimensions, which have
     * one.
     */
    @WithDefault("6")
    @Min(1)
    @Max(10_000)
    int partitions();

    /** Of each topic that is created. */
    @WithDefault("1")
    @Min(1)
    @Max(15)
    short replicationFactor();
}
