package io.graft.trainer.verification;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import io.graft.id.SampleId;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.Dataset;
import io.graft.model.ModelReady.TopicOffset;
import io.graft.model.SampleSketch;
import io.graft.model.TrainRequest;
import io.graft.problem.Problem;
import io.graft.trainer.log.TaskLog;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.Deletion;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.table.SampleState;
import io.graft.trainer.table.TaskFeatures;

/**
 * What the log still has of a version's samples, and what became of the others.
 * <p>
 * A sample whose record lies before the pinned end belongs to the version. Where a later record says something else of it, it
 * was corrected or deleted since. Compaction takes the earlier record away after a while; the version's sketch then says of the
 * later one whether its sample belonged to the version, with a mistake now and then.
 *
 * @param snapshot of the samples that are as they were; absent when there are none
 * @param corrected and deleted since the version
 * @param removedCount samples that are there, without a feature of the version's backbone
 * @param missingCount samples of which the log says nothing any more
 */
record PinnedDataset(Optional<FeatureSnapshot> snapshot, Set<SampleId> corrected, Set<SampleId> deleted, int removedCount,
        int missingCount) {

    /** @throws Problem INVALID when the event does not pin its samples */
    static PinnedDataset read(TaskLog log, String topic, ModelReady model) {
        TopicOffset pinned = model.dataset().offset(topic)
                .orElseThrow(() -> Problem.invalid("VERSION_UNPINNED", "version " + model.key()
                        + " has no offset of '" + topic + "' (expected: the end of its samples)"));
        BackboneKey backbone = BackboneKey.of(model.backbone());
        Map<SampleId, SampleState> before = new HashMap<>();
        TaskFeatures now = log.features(model.task(), backbone, pinned.partition(), pinned.end(),
                features -> before.putAll(features.states(backbone)));
        return new Comparison(model.dataset(), backbone, pinned.end(), before, now).run();
    }

    /** The states at the pinned end beside those of now. */
    private static final class Comparison {

        private final Dataset dataset;
        private final BackboneKey backbone;
        private final long end;
        private final Map<SampleId, SampleState> before;
        private final TaskFeatures now;
        private final Set<SampleId> unchanged = new HashSet<>();
        private final Set<SampleId> corrected = new TreeSet<>();
        private final Set<SampleId> removed = new HashSet<>();
        private final Set<SampleId> deleted = new TreeSet<>();

        Comparison(Dataset dataset, BackboneKey backbone, long end, Map<SampleId, SampleState> before, TaskFeatures now) {
            this.dataset = dataset;
            this.backbone = backbone;
            this.end = end;
            this.before = before;
            this.now = now;
        }

        PinnedDataset run() {
            before.forEach((id, state) -> now.state(id, backbone).ifPresentOrElse(
                    other -> (state.isSameAs(other) ? unchanged : corrected).add(id),
                    () -> (now.state(id).isPresent() ? removed : deleted).add(id)));
            Optional<FeatureSnapshot> kept = snapshot(unchanged);
            if (isExpected(kept)) {
                return new PinnedDataset(kept, Set.of(), Set.of(), 0, 0);
            }
            int missingCount = Math.max(0, dataset.sampleCount() - before.size());
            if (missingCount == 0) {
                return new PinnedDataset(kept, corrected, deleted, removed.size(), 0);
            }
            return afterCompaction(kept, missingCount);
        }

        /** Samples whose earlier records are gone; one that was only sent again is still what it was. */
        private PinnedDataset afterCompaction(Optional<FeatureSnapshot> kept, int missingCount) {
            Predicate<SampleId> membership = dataset.samples().map(SampleSketch::membership).orElse(id -> false);
            Set<SampleId> later = new TreeSet<>();
            now.states(backbone).forEach((id, state) -> {
                if (state.offset() >= end && !before.containsKey(id) && membership.test(id)) {
                    later.add(id);
                }
            });
            Set<SampleId> sentAgain = new HashSet<>(unchanged);
            sentAgain.addAll(later);
            Optional<FeatureSnapshot> whole = later.isEmpty() ? Optional.empty() : snapshot(sentAgain);
            if (isExpected(whole)) {
                return new PinnedDataset(whole, Set.of(), Set.of(), 0, 0);
            }
            Set<SampleId> gone = new TreeSet<>();
            for (Deletion deletion : now.deletions(Integer.MAX_VALUE)) {
                SampleId id = deletion.sampleId();
                if (deletion.offset() >= end && !before.containsKey(id) && membership.test(id)) {
                    gone.add(id);
                }
            }
            corrected.addAll(later);
            deleted.addAll(gone);
            return new PinnedDataset(kept, corrected, deleted, removed.size(),
                    Math.max(0, missingCount - later.size() - gone.size()));
        }

        private boolean isExpected(Optional<FeatureSnapshot> snapshot) {
            return snapshot.map(FeatureSnapshot::sha256).filter(dataset.sha256()::equals).isPresent();
        }

        private Optional<FeatureSnapshot> snapshot(Set<SampleId> wanted) {
            double validationFraction = dataset.validationFraction().orElse(TrainRequest.VALIDATION_FRACTION_DEFAULT);
            return wanted.isEmpty() ? Optional.empty()
                    : Optional.of(now.snapshot(backbone, validationFraction, wanted::contains));
        }
    }

    /** Some of the samples, in their order. */
    static List<SampleId> first(Set<SampleId> samples, int countMax) {
        return samples.stream().limit(countMax).toList();
    }
}
