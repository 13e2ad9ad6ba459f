package io.graft.model;

import java.util.Optional;

import io.graft.id.ModelVersion;

/**
 * What the promotion gate said of a new version.
 *
 * @param promoted whether it may serve
 * @param reason a sentence with the numbers that decided
 * @param sampleCount validation samples that both versions were measured on
 * @param candidateAccuracy of the new version, 0 to 1; absent without validation samples
 * @param candidateLoss of the new version, mean cross-entropy; absent likewise
 * @param servingVersion what it was compared with; absent when none serves, or one that cannot be measured
 * @param servingAccuracy of that version on the same samples; a label that it does not know counts as answered wrong
 * @param servingLoss of that version on the same samples
 * @param significance the test of whether the difference is more than noise; absent where nobody asked for it
 */
public record Verdict(boolean promoted, String reason, int sampleCount, Optional<Double> candidateAccuracy,
        Optional<Double> candidateLoss, Optional<ModelVersion> servingVersion, Optional<Double> servingAccuracy,
        Optional<Double> servingLoss, Optional<SignificanceTest> significance) {

    /** The same figures, and a reason against it. */
    public Verdict toRefused(String against) {
        return new Verdict(false, against, sampleCount, candidateAccuracy, candidateLoss, servingVersion, servingAccuracy,
                servingLoss, significance);
    }

    /**
     * McNemar's exact test on the samples that only one of the two versions answers right.
     *
     * @param onlyCandidateRight samples that only the new version answers right
     * @param onlyServingRight samples that only the serving version answers right
     * @param pValue how likely a difference at least as large is between versions that are equally good, 0 to 1
     */
    public record SignificanceTest(int onlyCandidateRight, int onlyServingRight, double pValue) {
    }
}
