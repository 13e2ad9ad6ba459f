package io.graft.trainer.table;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.graft.id.BackboneId;
import io.graft.id.SampleId;

/**
 * The rows of further features, by sample and backbone: those under {@code task/sampleId@backbone}. Of a backbone's records the
 * last in the log counts. Such a row is of a content, and has nothing to say on label, split or deletion: it serves as long as
 * its sample has that content. Not thread-safe.
 */
final class FurtherRows {

    private final Map<SampleId, Map<BackboneId, SampleRow>> rows = new HashMap<>();
    private final Set<Map.Entry<SampleId, BackboneId>> unneeded = new HashSet<>();

    /** The row of a sample by a backbone, whatever content it is of. */
    @Nullable
    SampleRow get(SampleId sample, BackboneId backbone) {
        return rows.getOrDefault(sample, Map.of()).get(backbone);
    }

    void put(SampleId sample, BackboneId backbone, SampleRow row) {
        rows.computeIfAbsent(sample, id -> new TreeMap<>()).put(backbone, row);
    }

    @Nullable
    SampleRow remove(SampleId sample, BackboneId backbone) {
        Map<BackboneId, SampleRow> ofSample = rows.get(sample);
        if (ofSample == null) {
            return null;
        }
        unneeded.remove(Map.entry(sample, backbone));
        SampleRow removed = ofSample.remove(backbone);
        if (ofSample.isEmpty()) {
            rows.remove(sample);
        }
        return removed;
    }

    /** Those that are of the content that a sample has. */
    Collection<SampleRow> of(SampleId sample, SampleRow said) {
        Map<BackboneId, SampleRow> ofSample = rows.get(sample);
        return ofSample == null ? List.of()
                : ofSample.values().stream().filter(row -> row.sampleSha256().equals(said.sampleSha256())).toList();
    }

    /** The row with a sample's numbers in a matrix: its own, or a further one. */
    Optional<SampleRow> row(FeatureMatrix matrix, SampleId sample, SampleRow said) {
        return said.matrix() == matrix ? Optional.of(said) : in(matrix, sample, said);
    }

    /** The further one with a sample's content in a matrix. */
    Optional<SampleRow> in(FeatureMatrix matrix, SampleId sample, SampleRow said) {
        return of(sample, said).stream().filter(row -> row.matrix() == matrix).findFirst();
    }

    /**
     * Looks whether a sample's rows still serve anybody, which is to be done whenever it or one of them changes.
     *
     * @param said what is known of the sample; absent: it is not there
     */
    void judge(SampleId sample, @Nullable SampleRow said) {
        rows.getOrDefault(sample, Map.of()).forEach((backbone, row) -> {
            if (isUnneeded(row, said)) {
                unneeded.add(Map.entry(sample, backbone));
            } else {
                unneeded.remove(Map.entry(sample, backbone));
            }
        });
    }

    private static boolean isUnneeded(SampleRow row, @Nullable SampleRow said) {
        return said == null || said.matrix() == row.matrix()
                || (!said.sampleSha256().equals(row.sampleSha256()) && said.timestampMs() >= row.timestampMs());
    }

    /** Those that serve nobody any more: their sample is deleted or has another content, or says itself what they say. */
    Collection<Map.Entry<SampleId, BackboneId>> unneeded() {
        return unneeded;
    }
}
