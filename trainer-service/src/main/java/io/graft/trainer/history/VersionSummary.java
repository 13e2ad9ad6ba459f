package io.graft.trainer.history;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.TopicOffset;
import io.graft.model.SampleSketch;
import io.graft.model.Verdict;

/**
 * What the trainer remembers of a version, whose whole event is many times larger.
 *
 * @param offsets where the topics end that its samples are of
 * @param membership whether it may have seen a sample: at most 64 KiB; absent in versions of earlier releases
 */
public record VersionSummary(ModelVersion version, double accuracy, int sampleCount, Optional<Verdict> verdict,
        List<TopicOffset> offsets, Optional<Predicate<SampleId>> membership) {

    static VersionSummary of(ModelReady model) {
        return new VersionSummary(model.version(), model.evaluation().accuracy(), model.dataset().sampleCount(),
                model.verdict(), model.dataset().offsets(), model.dataset().samples().map(SampleSketch::membership));
    }

    /** Where the samples' part of a topic ends. */
    public Optional<TopicOffset> offset(String topic) {
        return TopicOffset.find(offsets, topic);
    }

    /** Whether it may have seen a sample: always where it had, about once in a hundred where it had not. */
    boolean mayHaveSeen(SampleId sample) {
        return membership.filter(samples -> samples.test(sample)).isPresent();
    }
}
