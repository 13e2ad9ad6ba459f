package io.graft.model;

import java.time.Instant;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.event.Json;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;

/**
 * Which version of a task serves from now on; the last promotion of a task wins. A rollback promotes an older version.
 *
 * @param previousVersion what served before, as far as the sender knew
 * @param canary a version that gets a share of the requests
 * @param shadow a version that is measured and never answers
 * @param verdict the numbers on which the gate decided; absent when people did
 */
public record Promotion(TaskId task, ModelVersion version, Optional<ModelVersion> previousVersion, Reason reason,
        Optional<Canary> canary, Optional<Shadow> shadow, Optional<Verdict> verdict, Instant at) {

    /** Who decided. */
    public enum Reason {
        /** The promotion gate of the trainer. */
        @JsonProperty("gate")
        GATE,
        @JsonProperty("manual")
        MANUAL,
        @JsonProperty("rollback")
        ROLLBACK
    }

    /**
     * A version that gets a share of the requests.
     *
     * @param percent 0 to 100
     */
    public record Canary(ModelVersion version, double percent) {
    }

    /** A version that is measured and never answers. */
    public record Shadow(ModelVersion version) {
    }

    /** Reads an event; fields that this release does not know are ignored. */
    public static Promotion parse(byte[] json) {
        return Json.readLenient(json, Promotion.class, "PROMOTION_INVALID", "promotion");
    }
}
