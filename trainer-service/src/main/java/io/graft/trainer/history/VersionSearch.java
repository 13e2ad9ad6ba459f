package io.graft.trainer.history;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.model.ModelReady;

/**
 * Which of some versions had seen a sample, by their sketches: one that had is always found, one that had not about once in a
 * hundred. A version of a release before sketches is never found.
 */
public final class VersionSearch {

    private final List<Entry> entries = new ArrayList<>();

    private record Entry(ModelVersion version, Predicate<SampleId> membership) {
    }

    public VersionSearch(List<ModelReady> versions) {
        for (ModelReady version : versions) {
            version.dataset().samples()
                    .ifPresent(sketch -> entries.add(new Entry(version.version(), sketch.membership())));
        }
    }

    /** In the order of the versions that were given. */
    public List<ModelVersion> versionsWith(SampleId sample) {
        return entries.stream().filter(entry -> entry.membership.test(sample)).map(Entry::version).toList();
    }
}
