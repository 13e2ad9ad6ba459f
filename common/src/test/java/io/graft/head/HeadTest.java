package io.graft.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;

class HeadTest {

    private static final List<String> LABELS = List.of("ants", "bees", "wasps");

    @Test
    void givesProbabilitiesThatSumToOne() {
        // Given
        Random random = new Random(7);
        Head head = new Head(LABELS, 5, randoms(random, 15, 10), randoms(random, 3, 10));
        for (int round = 0; round < 1_000; round++) {
            // When
            float[] probabilities = head.probabilities(randoms(random, 5, 10));
            // Then
            double sum = 0;
            for (float probability : probabilities) {
                assertThat(probability).isBetween(0f, 1f);
                sum += probability;
            }
            assertThat(sum).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void computesTheSoftmaxOfTheLogits() {
        // Given: logits 1·2 + 2·3 + 0.5 = 8.5, 0 and -0.5
        Head head = new Head(LABELS, 2, new float[] { 1, 2, 0, 0, 0, 0 }, new float[] { 0.5f, 0, -0.5f });
        // When
        float[] probabilities = head.probabilities(new float[] { 2, 3 });
        // Then
        double sum = Math.exp(8.5) + 1 + Math.exp(-0.5);
        assertThat(probabilities).containsExactly(
                new float[] { (float) (Math.exp(8.5) / sum), (float) (1 / sum), (float) (Math.exp(-0.5) / sum) },
                within(1e-7f));
    }

    @Test
    void staysFiniteAtTheLargestFloats() {
        // Given
        Head head = new Head(LABELS, 1, new float[] { Float.MAX_VALUE, -Float.MAX_VALUE, Float.MAX_VALUE }, new float[3]);
        // When
        float[] probabilities = head.probabilities(new float[] { Float.MAX_VALUE });
        // Then
        assertThat(probabilities).containsExactly(0.5f, 0f, 0.5f);
    }

    @Test
    void refusesFeatureOfAnotherDimension() {
        // Given
        Head head = new Head(LABELS, 2, new float[6], new float[3]);
        // When
        assertThatThrownBy(() -> head.probabilities(new float[3]))
                // Then
                .hasMessage("head takes features of 2 numbers, not of 3");
    }

    @Test
    void refusesShapesThatDisagree() {
        // When
        assertThatThrownBy(() -> new Head(LABELS, 2, new float[5], new float[3]))
                // Then
                .hasMessage("head has 5 weights (expected: 3 × 2)");
        assertThatThrownBy(() -> new Head(LABELS, 2, new float[6], new float[2]))
                .hasMessage("head has 2 biases (expected: 3)");
        assertThatThrownBy(() -> new Head(LABELS, 0, new float[0], new float[3]))
                .hasMessage("head has 0 weights (expected: 3 × 0)");
        assertThatThrownBy(() -> new Head(List.of(), 2, new float[0], new float[0]))
                .hasMessage("head has 0 labels (expected: 1 to 100000)");
        assertThatThrownBy(() -> new Head(List.of("ants", "ants"), 1, new float[2], new float[2]))
                .hasMessage("head has a label twice");
    }

    @Test
    void refusesNumbersThatAreNotFinite() {
        // When
        assertThatThrownBy(() -> new Head(LABELS, 1, new float[] { 0, Float.NaN, 0 }, new float[3]))
                // Then
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("HEAD_INVALID"))
                .hasMessage("head weight[1] is NaN (expected: a finite number)");
        assertThatThrownBy(() -> new Head(LABELS, 1, new float[3], new float[] { 0, 0, Float.NEGATIVE_INFINITY }))
                .hasMessage("head bias[2] is -Infinity (expected: a finite number)");
    }

    private static float[] randoms(Random random, int count, float scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (random.nextFloat() - 0.5f) * scale;
        }
        return values;
    }
}
