package io.graft.model;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.problem.Problem;

/**
 * When a new version may serve.
 *
 * @param minimumAccuracy on the validation samples, 0 to 1, whatever the policy but {@link Policy#NEVER}
 */
public record PromotionPolicy(Policy policy, double minimumAccuracy) {

    public static final PromotionPolicy DEFAULT = new PromotionPolicy(Policy.IF_BETTER, 0.0);

    /** What a new version is held against. */
    public enum Policy {
        /** Than the version that serves, on the same validation samples. */
        @JsonProperty("if-better")
        IF_BETTER,
        @JsonProperty("always")
        ALWAYS,
        @JsonProperty("never")
        NEVER
    }

    public PromotionPolicy {
        if (!(minimumAccuracy >= 0 && minimumAccuracy <= 1)) {
            throw Problem.invalid("PROMOTION_POLICY_INVALID",
                    "promotion minimumAccuracy is " + minimumAccuracy + " (expected: 0 to 1)");
        }
    }

    @JsonCreator
    static PromotionPolicy of(@Nullable Policy policy, @Nullable Double minimumAccuracy) {
        return new PromotionPolicy(policy == null ? DEFAULT.policy : policy,
                minimumAccuracy == null ? DEFAULT.minimumAccuracy : minimumAccuracy);
    }
}
