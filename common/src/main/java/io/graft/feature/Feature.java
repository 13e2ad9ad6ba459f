package io.graft.feature;

import java.util.List;
import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * The backbone's embedding of a labelled sample.
 *
 * @param timestampMs of the sample's record, ms since 1970: the later feature of a key counts
 * @param split the side it must be on; absent: a hash of the key decides
 * @param sampleSha256 digest of the sample's content, 64 hex digits
 * @param backbone that made it
 * @param backboneSha256 digest of that backbone, 64 hex digits: features of different digests never mix
 * @param precision that the backbone computed in
 * @param embedding the numbers
 * @param views numbers of the sample's augmented views, up to {@value #VIEW_COUNT_MAX}, for training only; mostly none
 */
public record Feature(SampleKey key, long timestampMs, Label label, Optional<Split> split, String sampleSha256,
        BackboneId backbone, String backboneSha256, String precision, Embedding embedding, List<Embedding> views) {

    public static final int VIEW_COUNT_MAX = 16;

    public Feature {
        views = List.copyOf(views);
        if (views.size() > VIEW_COUNT_MAX) {
            throw invalid(key, views.size() + " views (expected: at most " + VIEW_COUNT_MAX + ")");
        }
        for (Embedding view : views) {
            if (view.dimension() != embedding.dimension()) {
                throw invalid(key, "a view of " + view.dimension() + " numbers (expected: " + embedding.dimension() + ")");
            }
        }
    }

    /** Without views. */
    public Feature(SampleKey key, long timestampMs, Label label, Optional<Split> split, String sampleSha256,
            BackboneId backbone, String backboneSha256, String precision, Embedding embedding) {
        this(key, timestampMs, label, split, sampleSha256, backbone, backboneSha256, precision, embedding, List.of());
    }

    private static Problem invalid(SampleKey key, String what) {
        return Problem.invalid("FEATURE_INVALID", "feature of sample '" + key + "' has " + what);
    }
}
