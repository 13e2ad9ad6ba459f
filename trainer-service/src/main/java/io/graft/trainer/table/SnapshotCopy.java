package io.graft.trainer.table;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/**
 * Chooses a backbone's matrix and copies the samples that have a row in it. Under the lock of the task's features.
 *
 * @param rows what the embedder said of each sample
 * @param further rows by other backbones
 */
record SnapshotCopy(TaskId task, Map<SampleId, SampleRow> rows, FurtherRows further) {

    /** What of the samples of a matrix is copied. */
    record Selection(double validationFraction, Predicate<SampleId> wanted, boolean withViews) {
    }

    /** Of some matrices the one with most samples. */
    FeatureSnapshot.Builder copy(Collection<FeatureMatrix> usable, Selection selection, Optional<BackboneId> named, long end) {
        Optional<FeatureMatrix> most = sampleCounts(usable).entrySet().stream()
                .max(Map.Entry.<FeatureMatrix, Long> comparingByValue()
                        .thenComparing(entry -> entry.getKey().backbone().sha256(), Comparator.reverseOrder()))
                .map(Map.Entry::getKey);
        Map<BackboneKey, Long> others = without(most);
        return copy(most.orElseThrow(() -> noFeatures(task, named, others)), selection, end, others);
    }

    private Map<FeatureMatrix, Long> sampleCounts(Collection<FeatureMatrix> usable) {
        Map<FeatureMatrix, Long> counts = new HashMap<>();
        for (FeatureMatrix matrix : usable) {
            long count = rows.entrySet().stream()
                    .filter(entry -> further.row(matrix, entry.getKey(), entry.getValue()).isPresent()).count();
            if (count > 0) {
                counts.put(matrix, count);
            }
        }
        return counts;
    }

    /** The samples that have no row in a matrix, counted by the backbone of their own. */
    private Map<BackboneKey, Long> without(Optional<FeatureMatrix> matrix) {
        Map<BackboneKey, Long> others = new TreeMap<>(Comparator.comparing(BackboneKey::toString)
                .thenComparing(BackboneKey::dimension));
        rows.forEach((id, said) -> {
            if (matrix.flatMap(known -> further.row(known, id, said)).isEmpty()) {
                others.merge(said.matrix().backbone(), 1L, Long::sum);
            }
        });
        return others;
    }

    private FeatureSnapshot.Builder copy(FeatureMatrix matrix, Selection selection, long end, Map<BackboneKey, Long> leftOut) {
        FeatureSelection selected = new FeatureSelection(matrix, selection.withViews);
        rows.forEach((id, said) -> {
            if (selection.wanted.test(id)) {
                further.row(matrix, id, said).ifPresent(row -> selected.add(id, said,
                        said.side(task, id, selection.validationFraction), row));
            }
        });
        return selected.copy(task, end, leftOut);
    }

    static Problem noFeatures(TaskId task, Optional<BackboneId> backbone, Map<BackboneKey, Long> others) {
        String found = others.isEmpty() ? ""
                : ", but has " + others.entrySet().stream()
                        .map(other -> other.getValue() + " with features of backbone " + other.getKey())
                        .collect(Collectors.joining(", "));
        return Problem.invalid(FeatureSnapshot.NO_FEATURES, "task '" + task + "' has no samples"
                + backbone.map(id -> " with features of the backbone '" + id + "'").orElse("") + " to train on" + found
                + " (expected: at least 2)");
    }
}
