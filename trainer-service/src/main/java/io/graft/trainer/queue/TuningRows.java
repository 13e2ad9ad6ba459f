package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.graft.backbone.Backbone;
import io.graft.backbone.FineTuning;
import io.graft.backbone.View;
import io.graft.id.SampleId;
import io.graft.sample.SampleEvent;
import io.graft.sample.SampleKey;
import io.graft.tail.Tail;
import io.graft.trainer.table.FeatureSnapshot;

/**
 * The rows of a snapshot once more, each as the trained part of a backbone takes it. They come in any order, as their samples
 * lie
 * in the log.
 */
final class TuningRows implements AutoCloseable {

    private static final int BATCH_SIZE = 16;

    private final FeatureSnapshot snapshot;
    private final Backbone backbone;
    private final FineTuning tuning;
    private final Map<SampleId, SampleRows> rowsOf = new HashMap<>();
    /** Of each row of the snapshot its number in the tuning. */
    private final int[] numbers;
    private final List<byte[]> batch = new ArrayList<>();
    private int count;

    /** A sample's rows of the snapshot. */
    private record SampleRows(int first, int count) {
    }

    /** @param tuning has room for the rows that will come; closed with it */
    TuningRows(FeatureSnapshot snapshot, Backbone backbone, FineTuning tuning) {
        this.snapshot = snapshot;
        this.backbone = backbone;
        this.tuning = tuning;
        this.numbers = new int[snapshot.labelIndexes().length];
        int row = 0;
        for (int sample = 0; sample < snapshot.sampleIds().size(); sample++) {
            int rowCount = snapshot.rowCounts().get(sample);
            rowsOf.put(snapshot.sampleIds().get(sample), new SampleRows(row, rowCount));
            row += rowCount;
        }
    }

    /** Takes a sample: its own row, then those of the views that the snapshot has of it. */
    void add(SampleEvent.Labelled sample) {
        SampleKey key = sample.key();
        SampleRows rows = rowsOf.get(key.sampleId());
        if (rows == null) {
            throw new IllegalArgumentException("sample '" + key + "' is not of the snapshot");
        }
        List<View> views = IntStream.range(1, rows.count).mapToObj(number -> new View(key, number)).toList();
        List<byte[]> inputs = backbone.prepare(sample.content(), views);
        for (int i = 0; i < inputs.size(); i++) {
            numbers[rows.first + i] = count++;
        }
        batch.addAll(inputs);
        if (batch.size() >= BATCH_SIZE) {
            flush();
        }
    }

    /** To be called behind the last one. */
    void flush() {
        if (!batch.isEmpty()) {
            tuning.add(batch);
            batch.clear();
        }
    }

    FineTuning tuning() {
        return tuning;
    }

    /** Numbers in the tuning of the snapshot's rows, in their order: the training rows first. */
    List<Integer> rows() {
        return Arrays.stream(numbers).boxed().toList();
    }

    List<Integer> trainRows() {
        return rows().subList(0, snapshot.trainRowCount());
    }

    List<Integer> validationRows() {
        return rows().subList(snapshot.trainRowCount(), numbers.length);
    }

    /** Labels in the order of the tuning. */
    List<Integer> labels() {
        Integer[] labels = new Integer[numbers.length];
        for (int row = 0; row < numbers.length; row++) {
            labels[numbers[row]] = snapshot.labelIndexes()[row];
        }
        return List.of(labels);
    }

    /** Features of some of the rows through a tail, little-endian float32, [rows, dimension], direct. */
    ByteBuffer features(Tail tail, List<Integer> rows) {
        ByteBuffer features = ByteBuffer.allocateDirect(rows.size() * backbone.descriptor().dimension() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < rows.size(); from += BATCH_SIZE) {
            int[] some = rows.subList(from, Math.min(from + BATCH_SIZE, rows.size())).stream().mapToInt(Integer::intValue)
                    .toArray();
            for (float[] feature : tuning.features(tail, some)) {
                for (float number : feature) {
                    features.putFloat(number);
                }
            }
        }
        return features.flip();
    }

    @Override
    public void close() {
        tuning.close();
    }
}
