package io.graft.trainer.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Rows of float32 in direct memory, [rows, dimension], grown by up to {@value #CHUNK_ROWS_MAX} rows at a time; a freed row is
 * used again. Not thread-safe.
 */
final class FeatureMatrix {

    private static final int CHUNK_ROWS_MAX = 64;
    private static final int CHUNK_BYTES = 128 * 1024;

    private final BackboneKey backbone;
    private final int dimension;
    private final int chunkRows;
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private final Deque<Integer> freeRows = new ArrayDeque<>();
    private int rowCount;

    FeatureMatrix(BackboneKey backbone) {
        this.backbone = backbone;
        this.dimension = backbone.dimension();
        this.chunkRows = Math.max(1, Math.min(CHUNK_ROWS_MAX, CHUNK_BYTES / (dimension * Float.BYTES)));
    }

    BackboneKey backbone() {
        return backbone;
    }

    int dimension() {
        return dimension;
    }

    /** Rows that are in use. */
    int usedRowCount() {
        return rowCount - freeRows.size();
    }

    /**
     * Stores a row.
     *
     * @param numbers little-endian float32, [dimension]; left as they are
     * @return where
     */
    int add(ByteBuffer numbers) {
        int row = freeRows.isEmpty() ? rowCount++ : freeRows.pop();
        if (row / chunkRows == chunks.size()) {
            chunks.add(ByteBuffer.allocateDirect(chunkRows * dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN));
        }
        put(row, numbers);
        return row;
    }

    private void put(int row, ByteBuffer numbers) {
        int rowBytes = dimension * Float.BYTES;
        chunks.get(row / chunkRows).put(row % chunkRows * rowBytes, numbers, numbers.position(), rowBytes);
    }

    void free(int row) {
        freeRows.push(row);
    }

    /** A row's little-endian bytes: a view, true until the row is replaced or freed. */
    ByteBuffer row(int row) {
        int rowBytes = dimension * Float.BYTES;
        return chunks.get(row / chunkRows).slice(row % chunkRows * rowBytes, rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
