package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.head.Head;
import io.graft.model.UnknownPolicy;
import io.graft.model.UnknownThreshold;

class UnknownCalibrationTest {

    private static final List<String> LABELS = List.of("ants", "bees");
    /** Answers the sign, the surer the further from zero. */
    private static final Head SIGN = new Head(LABELS, 1, new float[] { -1, 1 }, new float[2]);
    private static final int ANTS = 0;
    private static final int BEES = 1;

    private static HeadProgram program;

    @BeforeAll
    static void load() {
        program = HeadProgram.load();
    }

    @AfterAll
    static void close() {
        program.close();
    }

    private static Optional<UnknownThreshold> threshold(double accuracy, float[] features, int... labels) {
        float[] rows = new float[2 + features.length];
        int[] rowLabels = new int[rows.length];
        rowLabels[1] = BEES;
        System.arraycopy(features, 0, rows, 2, features.length);
        System.arraycopy(labels, 0, rowLabels, 2, labels.length);
        try (Evaluator evaluator = new Evaluator(program, Sets.of(LABELS, 1, rows, rowLabels, 2))) {
            return evaluator.threshold(SIGN, new UnknownPolicy(accuracy));
        }
    }

    private static double confidence(float feature) {
        return SIGN.probabilities(new float[] { feature })[BEES];
    }

    @Test
    void takesTheLowestProbabilityThatIsRightOftenEnough() {
        // When: the four surest answers are right, of all six four are
        UnknownThreshold threshold = threshold(0.9, new float[] { 5, 4, 3, 2, 1, 0.5f }, BEES, BEES, BEES, BEES, ANTS, ANTS)
                .orElseThrow();

        // Then
        assertThat(threshold.threshold()).isCloseTo(confidence(2), within(1e-6));
        assertThat(threshold.accuracy()).isEqualTo(1);
        assertThat(threshold.coverage()).isCloseTo(4 / 6.0, within(1e-9));
    }

    @Test
    void knowsEverythingWhenAllAnswersAreRightOftenEnough() {
        // When
        UnknownThreshold threshold = threshold(0.6, new float[] { 5, 4, 3, 2, 1, 0.5f }, BEES, BEES, BEES, BEES, ANTS, ANTS)
                .orElseThrow();

        // Then
        assertThat(threshold.coverage()).isEqualTo(1);
        assertThat(threshold.accuracy()).isCloseTo(4 / 6.0, within(1e-9));
    }

    @Test
    void neverSplitsAnswersThatAreEquallySure() {
        // When: of the three surest, which are equal, one is wrong
        Optional<UnknownThreshold> threshold = threshold(0.9, new float[] { 5, 5, 5, 1 }, BEES, BEES, ANTS, ANTS);

        // Then
        assertThat(threshold).isEmpty();
    }

    @Test
    void findsNothingWithoutValidationSamples() {
        assertThat(threshold(0.5, new float[0])).isEmpty();
    }
}
