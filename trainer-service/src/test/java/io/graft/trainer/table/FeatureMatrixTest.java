package io.graft.trainer.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.junit.jupiter.api.Test;

import io.graft.id.BackboneId;

class FeatureMatrixTest {

    @Test
    void usesFreedRowsAgain() {
        // Given
        FeatureMatrix matrix = new FeatureMatrix(key(2));
        int first = matrix.add(row(1, 2));
        matrix.add(row(3, 4));
        matrix.free(first);

        // When
        int again = matrix.add(row(5, 6));

        // Then
        assertThat(again).isEqualTo(first);
        assertThat(matrix.usedRowCount()).isEqualTo(2);
        assertThat(matrix.row(again)).isEqualTo(row(5, 6));
    }

    @Test
    void takesLittleMoreDirectMemoryThanItsNumbers() {
        // Given
        int rowCount = 20_000;
        int dimension = 512;
        ByteBuffer numbers = row(new float[dimension]);
        FeatureMatrix matrix = new FeatureMatrix(key(dimension));
        long before = directBytes();

        // When
        for (int i = 0; i < rowCount; i++) {
            matrix.add(numbers);
        }

        // Then
        assertThat(directBytes() - before).isLessThanOrEqualTo((long) (1.2 * rowCount * dimension * Float.BYTES));
        assertThat(matrix.usedRowCount()).isEqualTo(rowCount);
    }

    private static BackboneKey key(int dimension) {
        return new BackboneKey("ab".repeat(32), new BackboneId("resnet18"), dimension);
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow().getMemoryUsed();
    }

    private static ByteBuffer row(float... numbers) {
        ByteBuffer row = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        row.asFloatBuffer().put(numbers);
        return row;
    }
}
