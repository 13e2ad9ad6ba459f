package io.graft.trainer.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.model.ClassWeights;
import io.graft.model.Recipe;
import io.graft.testing.Await;
import io.graft.testing.LiveHeap;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainingSet;

class RunMemoryTest {

    private static final int SAMPLE_COUNT = 4000;
    private static final int DIMENSION = 512;

    @Test
    void trainsOnOneCopyOfTheFeatures() {
        // Given
        TaskFeatures features = DrawnFeatures.table(DrawnFeatures.clouds(SAMPLE_COUNT, DIMENSION, 4, 1, 1));
        long[] inUse = new long[1];
        try (HeadProgram program = HeadProgram.load()) {
            HeadTraining training = new HeadTraining(program, Duration.ofMinutes(5), System::nanoTime);
            long before = settledDirectBytes();

            // When
            FeatureSnapshot snapshot = features.snapshot(Optional.empty(), 0.2);
            training.train(new TrainingSet(snapshot.task(), snapshot.labels(), snapshot.dimension(), snapshot.features(),
                    snapshot.labelIndexes(), snapshot.trainRowCount()),
                    new Recipe(Recipe.SGD, 1, 64, 0.01, 0.9, 0, 7, 0.1, 0, ClassWeights.NONE),
                    epoch -> inUse[0] = directBytes() - before);
        }

        // Then
        assertThat(inUse[0]).isPositive().isLessThan((long) (1.5 * SAMPLE_COUNT * DIMENSION * Float.BYTES));
    }

    /** Once what earlier tests have left is gone. */
    private static long settledDirectBytes() {
        long[] last = { -1 };
        Await.until("no garbage is left", () -> {
            LiveHeap.bytes();
            long previous = last[0];
            last[0] = directBytes();
            return last[0] == previous;
        });
        return last[0];
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow().getMemoryUsed();
    }
}
