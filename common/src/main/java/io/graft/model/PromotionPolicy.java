package io.graft.model;

import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.problem.Problem;

/**
 * When a new version may serve.
 *
 * @param minimumAccuracy on the validation samples, 0 to 1; says nothing with {@link Policy#NEVER}
 * @param minimumLabelRecall share of each label's validation samples that must be answered right, 0 to 1, likewise
 * @param significance with {@link Policy#IF_BETTER}: how likely it may be that the two versions are equally good and differ by
 *        chance, above 0 and below 1; absent: a difference of one sample is enough
 */
public record PromotionPolicy(Policy policy, double minimumAccuracy, double minimumLabelRecall,
        Optional<Double> significance) {

    public static final PromotionPolicy DEFAULT = new PromotionPolicy(Policy.IF_BETTER, 0.0, 0.0, Optional.empty());

    /** What a new version is held against. */
    public enum Policy {
        /** Than the version that serves, on the same validation samples. */
        @JsonProperty("if-better")
        IF_BETTER,
        @JsonProperty("always")
        ALWAYS,
        @JsonProperty("never")
        NEVER;

        /** As in JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public PromotionPolicy {
        requireShare("minimumAccuracy", minimumAccuracy);
        requireShare("minimumLabelRecall", minimumLabelRecall);
        if (significance.isPresent()) {
            double level = significance.get();
            require(level > 0 && level < 1, "significance is " + level + " (expected: above 0, below 1)");
            require(policy == Policy.IF_BETTER, "significance is " + level + " with policy '" + policy.word()
                    + "' (expected: absent, only 'if-better' compares)");
        }
    }

    /** Takes the default for whatever is absent. */
    @JsonCreator
    static PromotionPolicy of(@Nullable Policy policy, @Nullable Double minimumAccuracy, @Nullable Double minimumLabelRecall,
            Optional<Double> significance) {
        return new PromotionPolicy(policy == null ? DEFAULT.policy : policy,
                minimumAccuracy == null ? DEFAULT.minimumAccuracy : minimumAccuracy,
                minimumLabelRecall == null ? DEFAULT.minimumLabelRecall : minimumLabelRecall, significance);
    }

    private static void requireShare(String field, double value) {
        require(value >= 0 && value <= 1, field + " is " + value + " (expected: 0 to 1)");
    }

    /**
     * Refuses a floor that decides nothing. For what people send: an event that is under way already is taken as it is.
     *
     * @throws Problem INVALID, naming the floor
     */
    void requireConsistent() {
        requireUsed("minimumAccuracy", minimumAccuracy);
        requireUsed("minimumLabelRecall", minimumLabelRecall);
    }

    private void requireUsed(String field, double floor) {
        require(floor == 0 || policy != Policy.NEVER,
                field + " is " + floor + " with policy 'never' (expected: absent, no version is promoted)");
    }

    private static void require(boolean valid, String otherwise) {
        if (!valid) {
            throw Problem.invalid("PROMOTION_POLICY_INVALID", "promotion " + otherwise);
        }
    }
}
