package io.graft.trainer.table;

import java.util.List;

import io.graft.feature.FeatureKey;

/**
 * What the log is to say once a task's features of a backbone are removed.
 *
 * @param partition of {@code sample-features}
 * @param removed keys of further features that are to go
 * @param written samples whose own feature was of that backbone, with that of another one in its place
 */
public record Replacement(int partition, List<FeatureKey> removed, List<Winner> written) {

    public Replacement {
        removed = List.copyOf(removed);
        written = List.copyOf(written);
    }
}
