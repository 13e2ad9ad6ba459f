package io.graft.trainer.table;

import java.util.Optional;

import io.graft.sample.Split;

/**
 * What of a sample a training run depends on.
 *
 * @param split the side it must be on; absent: a hash of its key decides
 * @param featureSha256 digest of the feature's little-endian float32 numbers and, behind them, those of its views, 64 hex
 *        digits
 * @param offset of the record in {@code sample-features} that says so
 */
public record SampleState(String label, Optional<Split> split, BackboneKey backbone, String featureSha256, long offset) {

    /** Whether a run makes the same of both, whichever record they came with. */
    public boolean isSameAs(SampleState other) {
        return label.equals(other.label) && split.equals(other.split) && backbone.equals(other.backbone)
                && featureSha256.equals(other.featureSha256);
    }
}
