package io.graft.trainer.table;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import io.graft.feature.EncodedFeature;
import io.graft.problem.Problem;

/** The matrices of a task, one for each backbone that any of its features is of. Not thread-safe. */
final class FeatureMatrices {

    private final Predicate<BackboneKey> trained;
    private final Map<BackboneKey, FeatureMatrix> matrices = new HashMap<>();

    /** @param trained the backbones whose features are trained on; it may say otherwise of one once that is open */
    FeatureMatrices(Predicate<BackboneKey> trained) {
        this.trained = trained;
    }

    /**
     * Stores a feature in the place of another one.
     *
     * @param replaced its rows are free from now on; absent: there is none
     * @param changedAt offset of the record that said first what it says
     */
    SampleRow store(EncodedFeature feature, @Nullable SampleRow replaced, long changedAt) {
        FeatureMatrix matrix = matrices.computeIfAbsent(BackboneKey.of(feature), FeatureMatrix::new);
        if (replaced != null) {
            replaced.indexes().forEach(replaced.matrix()::free);
        }
        int index = matrix.add(feature.row(0));
        List<Integer> views = IntStream.rangeClosed(1, feature.viewCount()).mapToObj(view -> matrix.add(feature.row(view)))
                .toList();
        if (replaced != null) {
            removeIfEmpty(replaced.matrix());
        }
        // Labels and precisions are few words of many rows.
        return new SampleRow(feature.timestampMs(), changedAt, feature.label().value().intern(), feature.split(),
                feature.sampleSha256(), feature.precision().intern(), matrix, index, views);
    }

    void free(SampleRow row) {
        row.indexes().forEach(row.matrix()::free);
        removeIfEmpty(row.matrix());
    }

    private void removeIfEmpty(FeatureMatrix matrix) {
        if (matrix.usedRowCount() == 0) {
            matrices.remove(matrix.backbone());
        }
    }

    boolean isTrained(FeatureMatrix matrix) {
        return trained.test(matrix.backbone());
    }

    /** Those whose rows are trained on, as far as is known now. */
    Set<FeatureMatrix> trained() {
        return trained(backbone -> true);
    }

    /** Those of some backbones likewise. */
    Set<FeatureMatrix> trained(Predicate<BackboneKey> wanted) {
        Set<FeatureMatrix> now = new HashSet<>(matrices.values());
        now.removeIf(matrix -> !wanted.test(matrix.backbone()) || !isTrained(matrix));
        return now;
    }

    Set<BackboneKey> keys() {
        return Set.copyOf(matrices.keySet());
    }

    Optional<FeatureMatrix> find(BackboneKey backbone) {
        return Optional.ofNullable(matrices.get(backbone));
    }

    /** Why a feature is not trained on. */
    Problem untrained(EncodedFeature feature) {
        BackboneKey backbone = BackboneKey.of(feature);
        return matrices.keySet().stream().filter(other -> other.sha256().equals(backbone.sha256()) && trained.test(other))
                .findFirst()
                .map(right -> Problem.invalid("FEATURE_DIMENSION_WRONG", "feature of sample '" + feature.key() + "' has "
                        + feature.dimension() + " numbers (expected: " + right.dimension()
                        + ", as the task's others of backbone " + backbone + " have)"))
                .orElseGet(() -> Problem.invalid("FEATURE_BACKBONE_OTHER", "feature of sample '" + feature.key()
                        + "' is of backbone " + backbone + " (expected: of one that this process has)"));
    }
}
