package io.graft.trainer.table;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.graft.feature.Feature;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * The features of one task. Of two features of a sample the one with the later timestamp counts, in whatever order they arrive;
 * a
 * deletion counts likewise. Thread-safe.
 */
final class TaskFeatures {

    private final TaskId task;
    private final Map<SampleId, Row> rows = new HashMap<>();
    private final Map<SampleId, Deletion> deletions = new HashMap<>();
    private final Map<BackboneKey, FeatureMatrix> matrices = new HashMap<>();
    private long changedUntil;

    /** Whose features a matrix holds. */
    private record BackboneKey(String sha256, BackboneId id, int dimension) {
    }

    private record Row(long timestampMs, String label, Optional<Split> split, String sampleSha256, String precision,
            BackboneKey backbone, int index, long offset) {
    }

    private record Deletion(long timestampMs, long offset) {
    }

    TaskFeatures(TaskId task) {
        this.task = task;
    }

    /**
     * Takes a feature.
     *
     * @param offset of its record
     * @return whether it counts, and is not older than what is known of its sample
     */
    synchronized boolean put(Feature feature, long offset) {
        SampleId id = feature.key().sampleId();
        if (isOlder(id, feature.timestampMs())) {
            return false;
        }
        remove(id);
        deletions.remove(id);
        float[] values = feature.embedding().values();
        BackboneKey key = new BackboneKey(feature.backboneSha256(), feature.backbone(), values.length);
        int index = matrices.computeIfAbsent(key, made -> new FeatureMatrix(values.length)).add(values);
        rows.put(id, new Row(feature.timestampMs(), feature.label().value(), feature.split(), feature.sampleSha256(),
                feature.precision(), key, index, offset));
        changedUntil = Math.max(changedUntil, offset + 1);
        return true;
    }

    /**
     * Takes a deletion.
     *
     * @param offset of its record
     * @return whether it counts
     */
    synchronized boolean delete(SampleId id, long timestampMs, long offset) {
        if (isOlder(id, timestampMs)) {
            return false;
        }
        remove(id);
        deletions.put(id, new Deletion(timestampMs, offset));
        changedUntil = Math.max(changedUntil, offset + 1);
        return true;
    }

    private boolean isOlder(SampleId id, long timestampMs) {
        Row row = rows.get(id);
        Deletion deletion = deletions.get(id);
        return (row != null && timestampMs < row.timestampMs) || (deletion != null && timestampMs < deletion.timestampMs);
    }

    private void remove(SampleId id) {
        Row old = rows.remove(id);
        if (old != null) {
            FeatureMatrix matrix = matrices.get(old.backbone);
            if (matrix != null) {
                matrix.free(old.index);
            }
        }
    }

    synchronized int count() {
        return rows.size();
    }

    /** The offset behind the last change; 0 when there was none. */
    synchronized long changedUntil() {
        return changedUntil;
    }

    /** What has changed at or after an offset. Looks at every sample. */
    synchronized FeatureChanges changesSince(long offset) {
        long changed = rows.values().stream().filter(row -> row.offset >= offset).count();
        long deleted = deletions.values().stream().filter(deletion -> deletion.offset >= offset).count();
        return new FeatureChanges((int) changed, (int) deleted, changedUntil);
    }

    /** Counts by label, then by split, for samples that do not say by the default fraction. */
    synchronized Map<String, Map<Split, Integer>> counts(double validationFraction) {
        Map<String, Map<Split, Integer>> counts = new TreeMap<>();
        rows.forEach((id, row) -> counts.computeIfAbsent(row.label, label -> new TreeMap<>())
                .merge(split(id, row, validationFraction), 1, Integer::sum));
        return counts;
    }

    private Split split(SampleId id, Row row, double validationFraction) {
        return row.split.orElseGet(() -> Split.ofKey(new SampleKey(task, id), validationFraction));
    }

    /**
     * Copies what a training run needs, in the order of the sample ids.
     *
     * @param backbone whose features; absent: those that most samples have, of equally many the first by digest
     * @throws Problem INVALID when there is no such feature
     */
    synchronized FeatureSnapshot snapshot(Optional<BackboneId> backbone, double validationFraction) {
        BackboneKey key = matrices.entrySet().stream()
                .filter(entry -> backbone.isEmpty() || entry.getKey().id.equals(backbone.get()))
                .filter(entry -> entry.getValue().usedRowCount() > 0)
                .max(Comparator.<Map.Entry<BackboneKey, FeatureMatrix>> comparingInt(entry -> entry.getValue().usedRowCount())
                        .thenComparing(entry -> entry.getKey().sha256, Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .orElseThrow(() -> noFeatures(task, backbone));
        FeatureSnapshot.Builder builder = new FeatureSnapshot.Builder(task, key.id, key.sha256, key.dimension);
        List<SampleId> ids = rows.keySet().stream().filter(id -> known(id).backbone.equals(key)).sorted().toList();
        for (Split side : Split.values()) {
            for (SampleId id : ids) {
                Row row = known(id);
                if (split(id, row, validationFraction) == side) {
                    builder.add(id, row.label, side, row.sampleSha256, row.precision);
                }
            }
        }
        FeatureMatrix matrix = matrices.getOrDefault(key, new FeatureMatrix(key.dimension));
        return builder.build((id, target) -> matrix.copyTo(known(id).index, target));
    }

    private Row known(SampleId id) {
        Row row = rows.get(id);
        if (row == null) {
            throw new IllegalStateException("sample " + id + " has no row");
        }
        return row;
    }

    static Problem noFeatures(TaskId task, Optional<BackboneId> backbone) {
        return Problem.invalid("TRAINING_SAMPLES_MISSING", "task '" + task + "' has no samples"
                + backbone.map(id -> " with features of the backbone '" + id + "'").orElse("") + " (expected: at least 2)");
    }
}
