package io.graft.trainer.table;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import io.graft.digest.Digests;
import io.graft.feature.EncodedFeature;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * The features of one task. Of two features of a sample the one with the later timestamp counts, in whatever order they
 * arrive; a deletion counts likewise. Thread-safe.
 */
public final class TaskFeatures {

    private final TaskId task;
    private final Predicate<BackboneKey> trained;
    private final Map<SampleId, SampleRow> rows = new HashMap<>();
    private final Map<SampleId, Deletion> deletions = new HashMap<>();
    private final Map<BackboneKey, FeatureMatrix> matrices = new HashMap<>();
    private final Set<SampleId> outdatedInLog = new HashSet<>();
    private long end;
    private long changedUntil;

    /** What of the samples of a matrix is copied. */
    private record Selection(double validationFraction, Predicate<SampleId> wanted, boolean withViews) {
    }

    /** @param trained the backbones whose features are trained on; those of others are kept apart */
    public TaskFeatures(TaskId task, Predicate<BackboneKey> trained) {
        this.task = task;
        this.trained = trained;
    }

    /**
     * Takes a record of {@code sample-features}.
     *
     * @return whether it counts, and is not older than what is known of its sample
     * @throws Problem INVALID when it is no feature to train on; one of another backbone, or of a wrong length, is kept apart
     *         all the
     *         same, in place of what was known of its sample
     */
    public boolean apply(SampleKey key, ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null ? delete(key.sampleId(), record.timestamp(), record.offset())
                : put(FeatureCodec.read(key, record.value()), record.offset());
    }

    synchronized boolean put(EncodedFeature feature, long offset) {
        SampleId id = feature.key().sampleId();
        end = Math.max(end, offset + 1);
        if (isOlder(id, feature.timestampMs())) {
            outdatedInLog.add(id);
            return false;
        }
        FeatureMatrix matrix = matrix(feature);
        SampleRow old = rows.get(id);
        int index;
        if (old != null && old.matrix() == matrix) {
            index = old.index();
            matrix.put(index, feature.row(0));
            old.views().forEach(matrix::free);
        } else {
            remove(id);
            index = matrix.add(feature.row(0));
            matrices.put(matrix.backbone(), matrix);
        }
        List<Integer> views = IntStream.rangeClosed(1, feature.viewCount()).mapToObj(view -> matrix.add(feature.row(view)))
                .toList();
        outdatedInLog.remove(id);
        deletions.remove(id);
        long changedAt = old != null && old.isSameSample(feature) ? old.offset() : offset;
        if (matrix.isTrained()) {
            changedUntil = Math.max(changedUntil, changedAt + 1);
        }
        // Labels and precisions are few words of many rows.
        rows.put(id, new SampleRow(feature.timestampMs(), changedAt, feature.label().value().intern(), feature.split(),
                feature.sampleSha256(), feature.precision().intern(), matrix, index, views));
        if (!matrix.isTrained()) {
            throw untrained(feature);
        }
        return true;
    }

    private FeatureMatrix matrix(EncodedFeature feature) {
        BackboneKey backbone = BackboneKey.of(feature);
        FeatureMatrix known = matrices.get(backbone);
        if (known != null) {
            return known;
        }
        return new FeatureMatrix(backbone, trained.test(backbone));
    }

    private Problem untrained(EncodedFeature feature) {
        BackboneKey backbone = BackboneKey.of(feature);
        return matrices.keySet().stream().filter(other -> other.sha256().equals(backbone.sha256()) && trained.test(other))
                .findFirst()
                .map(right -> Problem.invalid("FEATURE_DIMENSION_WRONG", "feature of sample '" + feature.key() + "' has "
                        + feature.dimension() + " numbers (expected: " + right.dimension()
                        + ", as the task's others of backbone " + backbone + " have)"))
                .orElseGet(() -> Problem.invalid("FEATURE_BACKBONE_OTHER", "feature of sample '" + feature.key()
                        + "' is of backbone " + backbone + " (expected: of one that this process has)"));
    }

    synchronized boolean delete(SampleId id, long timestampMs, long offset) {
        end = Math.max(end, offset + 1);
        if (isOlder(id, timestampMs)) {
            outdatedInLog.add(id);
            return false;
        }
        remove(id);
        outdatedInLog.remove(id);
        Deletion known = deletions.get(id);
        if (known != null && known.deletedAtMs() == timestampMs) {
            return true;
        }
        deletions.put(id, new Deletion(id, timestampMs, offset));
        changedUntil = Math.max(changedUntil, offset + 1);
        return true;
    }

    private boolean isOlder(SampleId id, long timestampMs) {
        SampleRow row = rows.get(id);
        Deletion deletion = deletions.get(id);
        return (row != null && timestampMs < row.timestampMs()) || (deletion != null && timestampMs < deletion.deletedAtMs());
    }

    private void remove(SampleId id) {
        SampleRow old = rows.remove(id);
        if (old != null) {
            old.indexes().forEach(old.matrix()::free);
            if (old.matrix().usedRowCount() == 0) {
                matrices.remove(old.matrix().backbone());
            }
        }
    }

    /** Samples that are trained on. Looks at every sample. */
    synchronized int count() {
        return (int) rows.values().stream().filter(row -> row.matrix().isTrained()).count();
    }

    /** The offset behind the last change; 0 when there was none. */
    synchronized long changedUntil() {
        return changedUntil;
    }

    /** What has changed at or after an offset. Looks at every sample. */
    synchronized FeatureChanges changesSince(long offset) {
        long changed = rows.values().stream().filter(row -> row.matrix().isTrained() && row.offset() >= offset).count();
        long deleted = deletions.values().stream().filter(deletion -> deletion.offset() >= offset).count();
        return new FeatureChanges((int) changed, (int) deleted, changedUntil);
    }

    /** Counts by label, then by split, for samples that do not say by the default fraction. */
    synchronized Map<String, Map<Split, Integer>> counts(double validationFraction) {
        Map<String, Map<Split, Integer>> counts = new TreeMap<>();
        rows.forEach((id, row) -> {
            if (row.matrix().isTrained()) {
                counts.computeIfAbsent(row.label(), label -> new TreeMap<>())
                        .merge(split(id, row, validationFraction), 1, Integer::sum);
            }
        });
        return counts;
    }

    private Split split(SampleId id, SampleRow row, double validationFraction) {
        return row.split().orElseGet(() -> Split.ofKey(new SampleKey(task, id), validationFraction));
    }

    /** What is known of a sample that is there. */
    public synchronized Optional<SampleState> state(SampleId id) {
        return Optional.ofNullable(rows.get(id)).map(TaskFeatures::state);
    }

    /** The samples with features of a backbone. */
    public synchronized Map<SampleId, SampleState> states(BackboneKey backbone) {
        Map<SampleId, SampleState> states = new TreeMap<>();
        rows.forEach((id, row) -> {
            if (row.matrix().backbone().equals(backbone)) {
                states.put(id, state(row));
            }
        });
        return states;
    }

    private static SampleState state(SampleRow row) {
        return new SampleState(row.label(), row.split(), row.matrix().backbone(), Digests.sha256Hex(row.numbers()),
                row.offset());
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
            BackboneKey backbone = row.matrix().backbone();
            Feature feature = new EncodedFeature(key, row.timestampMs(), new Label(row.label()), row.split(),
                    row.sampleSha256(),
                    backbone.id(), backbone.sha256(), row.precision(), row.views().size(), row.numbers()).toFeature();
            return Optional.of(new Winner(key, partition, row.timestampMs(), Optional.of(feature)));
        }
        return Optional.ofNullable(deletions.get(id))
                .map(deletion -> new Winner(key, partition, deletion.deletedAtMs(), Optional.empty()));
    }

    /**
     * Copies what a training run needs.
     *
     * @param backbone whose features; absent: those that most samples have, of equally many the first by digest
     * @throws Problem INVALID when there is no such feature to train on
     */
    public FeatureSnapshot snapshot(Optional<BackboneId> backbone, double validationFraction) {
        return copy(key -> backbone.isEmpty() || key.id().equals(backbone.get()),
                new Selection(validationFraction, id -> true, true), backbone);
    }

    /**
     * Copies the samples' own features without those of their views, for whoever looks at samples.
     *
     * @return of the backbone that most samples have; training rows but for the samples that say otherwise
     * @throws Problem INVALID when there is no feature
     */
    public FeatureSnapshot snapshotWithoutViews() {
        return copy(key -> true, new Selection(0, id -> true, false), Optional.empty());
    }

    /**
     * Copies some of the samples.
     *
     * @throws Problem INVALID when none of them has a feature of the backbone
     */
    public FeatureSnapshot snapshot(BackboneKey backbone, double validationFraction, Predicate<SampleId> wanted) {
        return copy(backbone::equals, new Selection(validationFraction, wanted, true), Optional.of(backbone.id()));
    }

    private FeatureSnapshot copy(Predicate<BackboneKey> usable, Selection selection, Optional<BackboneId> named) {
        FeatureSnapshot.Builder copied;
        synchronized (this) {
            Map<FeatureMatrix, Long> sampleCounts = rows.values().stream()
                    .collect(Collectors.groupingBy(SampleRow::matrix, Collectors.counting()));
            Optional<FeatureMatrix> most = sampleCounts.entrySet().stream()
                    .filter(entry -> entry.getKey().isTrained() && usable.test(entry.getKey().backbone()))
                    .max(Map.Entry.<FeatureMatrix, Long> comparingByValue()
                            .thenComparing(entry -> entry.getKey().backbone().sha256(), Comparator.reverseOrder()))
                    .map(Map.Entry::getKey);
            most.ifPresent(sampleCounts::remove);
            Map<BackboneKey, Long> others = new TreeMap<>(Comparator.comparing(BackboneKey::toString)
                    .thenComparing(BackboneKey::dimension));
            sampleCounts.forEach((matrix, count) -> others.merge(matrix.backbone(), count, Long::sum));
            copied = copy(most.orElseThrow(() -> noFeatures(task, named, others)), selection, others);
        }
        return copied.build();
    }

    private FeatureSnapshot.Builder copy(FeatureMatrix matrix, Selection selection, Map<BackboneKey, Long> leftOut) {
        Map<Split, List<Map.Entry<SampleId, SampleRow>>> sides = rows.entrySet().stream()
                .filter(entry -> entry.getValue().matrix() == matrix && selection.wanted.test(entry.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .collect(Collectors.groupingBy(
                        entry -> split(entry.getKey(), entry.getValue(), selection.validationFraction)));
        int sampleCount = sides.values().stream().mapToInt(List::size).sum();
        int viewCount = selection.withViews ? sides.getOrDefault(Split.TRAIN, List.of()).stream()
                .mapToInt(entry -> entry.getValue().views().size()).sum() : 0;
        FeatureSnapshot.Builder builder = new FeatureSnapshot.Builder(task, matrix.backbone(), sampleCount, viewCount, end,
                leftOut);
        for (Split side : Split.values()) {
            for (Map.Entry<SampleId, SampleRow> entry : sides.getOrDefault(side, List.of())) {
                SampleRow row = entry.getValue();
                boolean withViews = selection.withViews && side == Split.TRAIN;
                builder.add(entry.getKey(), row.label(), side, row.precision(),
                        (withViews ? row.indexes() : IntStream.of(row.index())).mapToObj(matrix::row).toList());
            }
        }
        return builder;
    }

    static Problem noFeatures(TaskId task, Optional<BackboneId> backbone, Map<BackboneKey, Long> others) {
        String found = others.isEmpty() ? ""
                : ", but has " + others.entrySet().stream()
                        .map(other -> other.getValue() + " with features of backbone " + other.getKey())
                        .collect(Collectors.joining(", "));
        return Problem.invalid("TRAINING_SAMPLES_MISSING", "task '" + task + "' has no samples"
                + backbone.map(id -> " with features of the backbone '" + id + "'").orElse("") + " to train on" + found
                + " (expected: at least 2)");
    }
}
