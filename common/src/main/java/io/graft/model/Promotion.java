package io.graft.model;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.event.Json;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

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

    public Promotion {
        canary.ifPresent(other -> requireOther("canary", other.version, version));
        shadow.ifPresent(other -> requireOther("shadow", other.version, version));
    }

    /**
     * A version that gets a share of the requests.
     *
     * @param percent of the requests that name no version, above 0, at most 100
     */
    public record Canary(ModelVersion version, double percent) {

        public Canary {
            requireVersion("canary", version);
            // Written so that NaN fails.
            if (!(percent > 0 && percent <= 100)) {
                throw invalid("canary gets " + percent + " percent (expected: above 0, at most 100)");
            }
        }
    }

    /** A version that is measured and never answers. */
    public record Shadow(ModelVersion version) {

        public Shadow {
            requireVersion("shadow", version);
        }
    }

    /** Every version that it names: the one that serves, the canary, the shadow. */
    public Set<ModelVersion> versions() {
        Set<ModelVersion> versions = new LinkedHashSet<>();
        versions.add(version);
        canary.map(Canary::version).ifPresent(versions::add);
        shadow.map(Shadow::version).ifPresent(versions::add);
        return versions;
    }

    /** Whether it names a version, in whatever role. */
    public boolean names(ModelVersion other) {
        return version.equals(other) || (canary.isPresent() && canary.get().version.equals(other))
                || (shadow.isPresent() && shadow.get().version.equals(other));
    }

    private static void requireVersion(String role, @Nullable ModelVersion version) {
        if (version == null) {
            throw invalid(role + " has no version (expected: one of the task)");
        }
    }

    private static void requireOther(String role, ModelVersion version, ModelVersion serving) {
        if (version.equals(serving)) {
            throw invalid(role + " is version " + version + ", which is to serve itself (expected: another version)");
        }
    }

    private static Problem invalid(String what) {
        return Problem.invalid("PROMOTION_INVALID", "promotion's " + what);
    }

    /** Reads an event; fields that this release does not know are ignored. */
    public static Promotion parse(byte[] json) {
        return Json.readLenient(json, Promotion.class, "PROMOTION_INVALID", "promotion");
    }
}
