package io.graft.trainer.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.sample.Split;

/** The samples that go into a snapshot, each with its side and the row that its numbers are in. */
final class FeatureSelection {

    private final FeatureMatrix matrix;
    private final boolean withViews;
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(SampleId id, SampleRow said, Split side, SampleRow row) {
    }

    FeatureSelection(FeatureMatrix matrix, boolean withViews) {
        this.matrix = matrix;
        this.withViews = withViews;
    }

    /**
     * Adds a sample.
     *
     * @param said what the embedder said of it
     * @param row of the matrix, with its numbers
     */
    void add(SampleId id, SampleRow said, Split side, SampleRow row) {
        entries.add(new Entry(id, said, side, row));
    }

    /** Copies the numbers: the training side first, each side in the order of the sample ids. */
    FeatureSnapshot.Builder copy(TaskId task, long end, Map<BackboneKey, Long> leftOut) {
        entries.sort(Comparator.comparing(Entry::side).thenComparing(Entry::id));
        int viewCount = entries.stream().filter(this::isViewed).mapToInt(entry -> entry.row.views().size()).sum();
        FeatureSnapshot.Builder builder = new FeatureSnapshot.Builder(task, matrix.backbone(), entries.size(), viewCount, end,
                leftOut);
        for (Entry entry : entries) {
            IntStream indexes = isViewed(entry) ? entry.row.indexes() : IntStream.of(entry.row.index());
            builder.add(entry.id, entry.said, entry.side, entry.row.precision(), indexes.mapToObj(matrix::row).toList());
        }
        return builder;
    }

    private boolean isViewed(Entry entry) {
        return withViews && entry.side == Split.TRAIN;
    }
}
