package io.graft.trainer.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.graft.digest.Digests;
import io.graft.feature.EncodedFeature;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.feature.FeatureKey;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * The features of one task. Of two features of a sample the one with the later timestamp counts, in whatever order they
 * arrive; a deletion counts likewise. A sample may have further features, by other backbones than the one that the embedder
 * took. Thread-safe.
 */
public final class TaskFeatures {

    private final TaskId task;
    private final FeatureMatrices matrices;
    private final Map<SampleId, SampleRow> rows = new HashMap<>();
    private final FurtherRows further = new FurtherRows();
    private final Map<SampleId, Deletion> deletions = new HashMap<>();
    private final Set<SampleId> outdatedInLog = new HashSet<>();
    private long end;
    private long changedUntil;

    /** @param trained the backbones whose features are trained on; those of others are kept apart */
    public TaskFeatures(TaskId task, Predicate<BackboneKey> trained) {
        this.task = task;
        this.matrices = new FeatureMatrices(trained);
    }

    /**
     * Takes a record of {@code sample-features}.
     *
     * @return whether it counts, and is not older than what is known of its sample
     * @throws Problem INVALID when it is no feature to train on; one of another backbone, or of a wrong length, is kept apart
     *         all the same, in place of what was known of its sample
     */
    public boolean apply(FeatureKey key, ConsumerRecord<byte[], byte[]> record) {
        SampleId id = key.sample().sampleId();
        if (key.backbone().isPresent()) {
            return applyFurther(key.sample(), key.backbone().get(), record);
        }
        return record.value() == null ? delete(id, record.timestamp(), record.offset())
                : put(FeatureCodec.read(key.sample(), record.value()), record.offset());
    }

    private boolean applyFurther(SampleKey key, BackboneId backbone, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return removeFurther(key.sampleId(), backbone, record.offset());
        }
        EncodedFeature feature = FeatureCodec.read(key, record.value());
        if (!feature.backbone().equals(backbone)) {
            throw Problem.invalid("FEATURE_INVALID", "feature of sample '" + key + "' is of backbone '" + feature.backbone()
                    + "' (expected: '" + backbone + "', as its key says)");
        }
        return putFurther(feature, record.offset());
    }

    synchronized boolean put(EncodedFeature feature, long offset) {
        SampleId id = feature.key().sampleId();
        end = Math.max(end, offset + 1);
        if (isOlder(id, feature.timestampMs())) {
            outdatedInLog.add(id);
            return false;
        }
        SampleRow old = rows.get(id);
        SampleRow row = matrices.store(feature, old, old != null && old.isSameSample(feature) ? old.offset() : offset);
        outdatedInLog.remove(id);
        deletions.remove(id);
        rows.put(id, row);
        further.judge(id, row);
        requireTrained(row, feature);
        changedUntil = Math.max(changedUntil, row.offset() + 1);
        return true;
    }

    synchronized boolean putFurther(EncodedFeature feature, long offset) {
        SampleId id = feature.key().sampleId();
        end = Math.max(end, offset + 1);
        SampleRow row = matrices.store(feature, further.get(id, feature.backbone()), offset);
        further.put(id, feature.backbone(), row);
        further.judge(id, rows.get(id));
        requireTrained(row, feature);
        return true;
    }

    private void requireTrained(SampleRow row, EncodedFeature feature) {
        if (!matrices.isTrained(row.matrix())) {
            throw matrices.untrained(feature);
        }
    }

    synchronized boolean delete(SampleId id, long timestampMs, long offset) {
        end = Math.max(end, offset + 1);
        if (isOlder(id, timestampMs)) {
            outdatedInLog.add(id);
            return false;
        }
        SampleRow old = rows.remove(id);
        if (old != null) {
            matrices.free(old);
        }
        further.judge(id, null);
        outdatedInLog.remove(id);
        Deletion known = deletions.get(id);
        if (known != null && known.deletedAtMs() == timestampMs) {
            return true;
        }
        deletions.put(id, new Deletion(id, timestampMs, offset));
        changedUntil = Math.max(changedUntil, offset + 1);
        return true;
    }

    synchronized boolean removeFurther(SampleId id, BackboneId backbone, long offset) {
        end = Math.max(end, offset + 1);
        SampleRow removed = further.remove(id, backbone);
        if (removed != null) {
            matrices.free(removed);
        }
        return true;
    }

    private boolean isOlder(SampleId id, long timestampMs) {
        SampleRow row = rows.get(id);
        Deletion deletion = deletions.get(id);
        return (row != null && timestampMs < row.timestampMs()) || (deletion != null && timestampMs < deletion.deletedAtMs());
    }

    private boolean isTrained(SampleId id, SampleRow said, Set<FeatureMatrix> trained) {
        return trained.contains(said.matrix())
                || further.of(id, said).stream().anyMatch(row -> trained.contains(row.matrix()));
    }

    /** Samples that are trained on. Looks at every sample. */
    synchronized int count() {
        Set<FeatureMatrix> trained = matrices.trained();
        return (int) rows.entrySet().stream().filter(entry -> isTrained(entry.getKey(), entry.getValue(), trained)).count();
    }

    /** The offset behind the last change; 0 when there was none. */
    synchronized long changedUntil() {
        return changedUntil;
    }

    /** What has changed at or after an offset; a further feature is no change. Looks at every sample. */
    synchronized FeatureChanges changesSince(long offset) {
        Set<FeatureMatrix> trained = matrices.trained();
        long changed = rows.entrySet().stream().filter(entry -> entry.getValue().offset() >= offset
                && isTrained(entry.getKey(), entry.getValue(), trained)).count();
        long deleted = deletions.values().stream().filter(deletion -> deletion.offset() >= offset).count();
        return new FeatureChanges((int) changed, (int) deleted, changedUntil);
    }

    /** Counts by label, then by split, for samples that do not say by the default fraction. */
    synchronized Map<String, Map<Split, Integer>> counts(double validationFraction) {
        Set<FeatureMatrix> trained = matrices.trained();
        Map<String, Map<Split, Integer>> counts = new TreeMap<>();
        rows.forEach((id, row) -> {
            if (isTrained(id, row, trained)) {
                counts.computeIfAbsent(row.label(), label -> new TreeMap<>())
                        .merge(row.side(task, id, validationFraction), 1, Integer::sum);
            }
        });
        return counts;
    }

    /** What the embedder said of a sample that is there. */
    public synchronized Optional<SampleState> state(SampleId id) {
        return Optional.ofNullable(rows.get(id)).map(row -> state(row, row));
    }

    /** What is known of a sample that is there and has a feature of a backbone. */
    public synchronized Optional<SampleState> state(SampleId id, BackboneKey backbone) {
        return matrices.find(backbone).flatMap(matrix -> Optional.ofNullable(rows.get(id))
                .flatMap(said -> further.row(matrix, id, said).map(row -> state(said, row))));
    }

    /** The samples with features of a backbone. */
    public synchronized Map<SampleId, SampleState> states(BackboneKey backbone) {
        Map<SampleId, SampleState> states = new TreeMap<>();
        matrices.find(backbone).ifPresent(matrix -> rows.forEach(
                (id, said) -> further.row(matrix, id, said).ifPresent(row -> states.put(id, state(said, row)))));
        return states;
    }

    private static SampleState state(SampleRow said, SampleRow row) {
        return new SampleState(said.label(), said.split(), row.matrix().backbone(), Digests.sha256Hex(row.numbers()),
                Math.max(said.offset(), row.offset()));
    }

    /** The samples that are there without a feature of a backbone. */
    public synchronized Map<SampleId, SampleOrigin> lacking(BackboneKey backbone) {
        Optional<FeatureMatrix> matrix = matrices.find(backbone);
        Map<SampleId, SampleOrigin> lacking = new TreeMap<>();
        rows.forEach((id, said) -> {
            if (matrix.flatMap(known -> further.row(known, id, said)).isEmpty()) {
                lacking.put(id, said.origin());
            }
        });
        return lacking;
    }

    /** The name of the backbone that most samples have features of, of equally many the first. */
    synchronized Optional<BackboneId> usualBackbone() {
        Map<BackboneId, Long> counts = new TreeMap<>();
        rows.forEach((id, said) -> {
            counts.merge(said.matrix().backbone().id(), 1L, Long::sum);
            further.of(id, said).forEach(row -> counts.merge(row.matrix().backbone().id(), 1L, Long::sum));
        });
        return counts.entrySet().stream().max(Map.Entry.<BackboneId, Long> comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder()))).map(Map.Entry::getKey);
    }

    /** The keys of further features that serve nobody any more, in the log and here. */
    synchronized List<FeatureKey> unneeded() {
        return further.unneeded().stream()
                .map(entry -> FeatureKey.further(new SampleKey(task, entry.getKey()), entry.getValue())).toList();
    }

    /** The backbones that any feature is of. */
    synchronized Set<BackboneKey> backbones() {
        return matrices.keys();
    }

    /** Puts features of one backbone in the place of those of another, where a sample has both. */
    synchronized Replacement replace(BackboneKey old, BackboneKey by, int partition) {
        Optional<FeatureMatrix> replaced = matrices.find(old);
        Optional<FeatureMatrix> taken = matrices.find(by);
        List<FeatureKey> removed = new ArrayList<>();
        List<Winner> written = new ArrayList<>();
        if (replaced.isPresent() && taken.isPresent()) {
            rows.forEach((id, said) -> further.row(taken.get(), id, said).ifPresent(row -> {
                SampleKey key = new SampleKey(task, id);
                if (said.matrix() == replaced.get()) {
                    written.add(new Winner(key, partition, said.timestampMs(), Optional.of(feature(key, said, row))));
                }
                further.in(replaced.get(), id, said).ifPresent(gone -> removed.add(FeatureKey.further(key, old.id())));
            }));
        }
        return new Replacement(partition, removed, written);
    }

    /** Deletions whose records are still in the log, the latest first. */
    public synchronized List<Deletion> deletions(int countMax) {
        return deletions.values().stream().sorted(Comparator.comparingLong(Deletion::deletedAtMs)
                .thenComparingLong(Deletion::offset).reversed()).limit(countMax).toList();
    }

    /** Samples of which an older record came last, until the record that counts comes again. */
    synchronized List<Winner> outdatedInLog(int partition) {
        return outdatedInLog.stream().sorted().flatMap(id -> winner(id, partition).stream()).toList();
    }

    private Optional<Winner> winner(SampleId id, int partition) {
        SampleKey key = new SampleKey(task, id);
        SampleRow row = rows.get(id);
        if (row != null) {
            return Optional.of(new Winner(key, partition, row.timestampMs(), Optional.of(feature(key, row, row))));
        }
        return Optional.ofNullable(deletions.get(id))
                .map(deletion -> new Winner(key, partition, deletion.deletedAtMs(), Optional.empty()));
    }

    private static Feature feature(SampleKey key, SampleRow said, SampleRow row) {
        BackboneKey backbone = row.matrix().backbone();
        return new EncodedFeature(key, said.timestampMs(), new Label(said.label()), said.split(), said.sampleSha256(),
                backbone.id(), backbone.sha256(), row.precision(), row.views().size(), row.numbers()).toFeature();
    }

    /**
     * Copies what a training run needs.
     *
     * @param backbone whose features; absent: those that most samples have, of equally many the first by digest
     * @throws Problem INVALID when there is no such feature to train on
     */
    public FeatureSnapshot snapshot(Optional<BackboneId> backbone, double validationFraction) {
        return copy(() -> matrices.trained(key -> backbone.isEmpty() || key.id().equals(backbone.get())),
                new SnapshotCopy.Selection(validationFraction, id -> true, true), backbone);
    }

    /**
     * Copies the samples' own features without those of their views, for whoever looks at samples.
     *
     * @return of the backbone that most samples have; training rows but for the samples that say otherwise
     * @throws Problem INVALID when there is no feature
     */
    public FeatureSnapshot snapshotWithoutViews() {
        return copy(matrices::trained, new SnapshotCopy.Selection(0, id -> true, false), Optional.empty());
    }

    /**
     * Copies some of the samples, whether or not that backbone is trained on.
     *
     * @throws Problem INVALID when none of them has a feature of the backbone
     */
    public FeatureSnapshot snapshot(BackboneKey backbone, double validationFraction, Predicate<SampleId> wanted) {
        return copy(() -> matrices.find(backbone).map(Set::of).orElse(Set.of()),
                new SnapshotCopy.Selection(validationFraction, wanted, true), Optional.of(backbone.id()));
    }

    private FeatureSnapshot copy(Supplier<Set<FeatureMatrix>> usable, SnapshotCopy.Selection selection,
            Optional<BackboneId> named) {
        FeatureSnapshot.Builder copied;
        synchronized (this) {
            copied = new SnapshotCopy(task, rows, further).copy(usable.get(), selection, named, end);
        }
        return copied.build();
    }
}
