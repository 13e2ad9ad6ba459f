package io.graft.trainer.setup;

import java.util.Optional;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The topics of the pipeline. */
@ConfigMapping(prefix = "graft.topics")
public interface TopicsConfig {

    /** In front of every topic's name. Both services need the same. */
    Optional<String> prefix();

    /** Whether to create the topics that are missing. On Kubernetes the manifests do. */
    @WithDefault("false")
    boolean create();

    /**
     * Partitions of a created topic; {@code promotions}, {@code training-policies}, {@code training-triggers} and
     * {@code task-dimensions} always have one.
     */
    @WithDefault("6")
    @Min(1)
    @Max(10_000)
    int partitions();

    /** Replicas of a created topic. */
    @WithDefault("1")
    @Min(1)
    @Max(100)
    short replicationFactor();
}
