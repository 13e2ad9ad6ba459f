package io.graft.trainer.verification;

import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonProperty;

import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.model.ModelReady.Software;

/**
 * What came of making a version again.
 *
 * @param reasons why it is different; none when it is identical
 * @param corrected samples that the version had seen and that are otherwise now, at most {@value #NAMED_COUNT_MAX}
 * @param deleted samples that the version had seen and that are no more, at most {@value #NAMED_COUNT_MAX}
 */
public record Verification(TaskId task, ModelVersion version, Verdict verdict, List<Reason> reasons, List<SampleId> corrected,
        int correctedCount, List<SampleId> deleted, int deletedCount, HeadComparison head, DatasetComparison dataset,
        SoftwareComparison software, long tookMs) {

    public static final int NAMED_COUNT_MAX = 100;

    public Verification {
        reasons = List.copyOf(reasons);
        corrected = List.copyOf(corrected);
        deleted = List.copyOf(deleted);
    }

    /** Whether the same bytes came out. */
    public enum Verdict {
        @JsonProperty("identical")
        IDENTICAL,
        @JsonProperty("different")
        DIFFERENT
    }

    /** Why other bytes came out, or may have. */
    public enum Code {
        SAMPLES_CORRECTED,
        SAMPLES_DELETED,
        /** Of the version's backbone, since the task serves by another one. */
        FEATURES_REMOVED,
        /** Gone from the log, and so is the record that says why. */
        SAMPLES_MISSING,
        SOFTWARE_DIFFERS,
        CPU_DIFFERS,
        SEARCH_DIFFERS,
        UNEXPLAINED
    }

    public record Reason(Code code, String message) {
    }

    /**
     * The head of the event beside the one that was made again.
     *
     * @param foundSha256 absent when what is left of the samples makes no head
     */
    public record HeadComparison(String expectedSha256, Optional<String> foundSha256) {
        boolean isSame() {
            return foundSha256.filter(expectedSha256::equals).isPresent();
        }
    }

    /**
     * The samples of the event beside those that the log still has of them.
     *
     * @param foundSha256 absent when it has none
     */
    public record DatasetComparison(String expectedSha256, Optional<String> foundSha256, int expectedSampleCount,
            int foundSampleCount) {
        boolean isSame() {
            return foundSha256.filter(expectedSha256::equals).isPresent();
        }
    }

    /** What made the version, and what made it again. */
    public record SoftwareComparison(Software expected, Software found) {
    }
}
