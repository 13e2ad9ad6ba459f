package io.graft.model;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.problem.Problem;

/**
 * Why a train request was sent that nobody sent by hand: what a training policy saw.
 *
 * @param changedSampleCount samples that were new or sent again, since the last version or the policy's last request
 * @param deletedSampleCount samples that were deleted since then
 * @param featuresUntil the offset behind the last of these changes, in the task's partition of {@code sample-features}
 */
public record TrainingCause(Trigger trigger, int changedSampleCount, int deletedSampleCount, long featuresUntil) {

    /** Which part of the policy was fulfilled. */
    public enum Trigger {
        /** Enough samples have changed. */
        @JsonProperty("sample-count")
        SAMPLE_COUNT("sample-count"),
        /** Samples have changed, and then none for a while. */
        @JsonProperty("quiet-period")
        QUIET_PERIOD("quiet-period"),
        /** A sample was deleted that the last version may have seen. */
        @JsonProperty("sample-deleted")
        SAMPLE_DELETED("sample-deleted");

        private final String word;

        Trigger(String word) {
            this.word = word;
        }

        /** As events and metrics spell it. */
        public String word() {
            return word;
        }
    }

    public TrainingCause {
        require(changedSampleCount >= 0, "changedSampleCount", changedSampleCount);
        require(deletedSampleCount >= 0, "deletedSampleCount", deletedSampleCount);
        require(featuresUntil >= 0, "featuresUntil", featuresUntil);
    }

    private static void require(boolean valid, String field, long value) {
        if (!valid) {
            throw Problem.invalid("TRAIN_REQUEST_INVALID",
                    "train request cause." + field + " is " + value + " (expected: 0 or more)");
        }
    }
}
