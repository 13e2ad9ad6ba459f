package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class LbfgsTest {

    @Test
    void findsTheBottomOfRosenbrocksValley() {
        // Given
        Lbfgs lbfgs = new Lbfgs((at, slope) -> {
            double across = at[1] - at[0] * at[0];
            slope[0] = -2 * (1 - at[0]) - 400 * at[0] * across;
            slope[1] = 200 * across;
            return (1 - at[0]) * (1 - at[0]) + 100 * across * across;
        }, new double[] { -1.2, 1 });
        AtomicInteger heard = new AtomicInteger();
        // When
        int iterations = lbfgs.descend(heard::incrementAndGet);
        // Then
        assertThat(lbfgs.point()).containsExactly(new double[] { 1, 1 }, within(0.01));
        assertThat(iterations).isEqualTo(heard.get()).isBetween(10, 100);
    }

    @Test
    void needsFewIterationsForABowlOfUnequalAxes() {
        // Given
        Lbfgs lbfgs = new Lbfgs((at, slope) -> {
            double value = 0;
            for (int i = 0; i < at.length; i++) {
                slope[i] = (i + 1) * (at[i] - i);
                value += slope[i] * (at[i] - i) / 2;
            }
            return value;
        }, new double[30]);
        // When
        int iterations = lbfgs.descend(() -> {
        });
        // Then
        for (int i = 0; i < 30; i++) {
            assertThat(lbfgs.point()[i]).isCloseTo(i, within(1e-2));
        }
        assertThat(iterations).isLessThan(50);
    }

    @Test
    void staysWhereItIsFlat() {
        // Given
        Lbfgs lbfgs = new Lbfgs((at, slope) -> 7, new double[] { 3 });
        // When
        int iterations = lbfgs.descend(() -> {
        });
        // Then
        assertThat(iterations).isZero();
        assertThat(lbfgs.point()).containsExactly(3);
        assertThat(lbfgs.value()).isEqualTo(7);
    }

    @Test
    void endsWhereNoStepGoesDown() {
        // Given a slope that lies
        Lbfgs lbfgs = new Lbfgs((at, slope) -> {
            slope[0] = -1;
            return at[0] * at[0];
        }, new double[] { 0 });
        // When
        int iterations = lbfgs.descend(() -> {
        });
        // Then
        assertThat(iterations).isZero();
        assertThat(lbfgs.point()).containsExactly(0);
    }
}
