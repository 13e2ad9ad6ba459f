package io.graft.trainer.table;

import java.util.Optional;

import io.graft.feature.Feature;
import io.graft.sample.SampleKey;

/**
 * What counts of a sample although an older record of it lies behind in the log, where compaction would keep that one.
 *
 * @param partition of {@code sample-features}
 * @param timestampMs of the sample's record or of its deletion
 * @param feature absent: the sample is deleted
 */
public record Winner(SampleKey key, int partition, long timestampMs, Optional<Feature> feature) {
}
