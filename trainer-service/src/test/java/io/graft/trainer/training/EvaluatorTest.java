package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.head.Head;
import io.graft.model.Evaluation;
import io.graft.model.Evaluation.LabelEvaluation;

class EvaluatorTest {

    /** Below 0 it is an ant, above a bee. */
    private static final float[] SIGN = { -1, 1 };

    private static HeadProgram program;

    @BeforeAll
    static void load() {
        program = HeadProgram.load();
    }

    @AfterAll
    static void close() {
        program.close();
    }

    @Test
    void countsByLabel() {
        // Given four validation samples, the bee at -1 among them
        TrainingSet set = Sets.of(List.of("ants", "bees"), 1, new float[] { 0, 0, -2, 2, -1, 3 },
                new int[] { 0, 1, 0, 1, 1, 1 }, 2);
        try (Evaluator evaluator = new Evaluator(program, set)) {
            // When
            Evaluation evaluation = evaluator.measure(new Head(List.of("ants", "bees"), 1, SIGN, new float[2])).evaluation();
            // Then
            assertThat(evaluation.sampleCount()).isEqualTo(4);
            assertThat(evaluation.accuracy()).isEqualTo(0.75);
            assertThat(evaluation.loss()).isCloseTo((2 * loss(4) + loss(-2) + loss(6)) / 4, within(1e-6));
            assertThat(evaluation.labels()).containsExactly(new LabelEvaluation("ants", 0.5, 1, 1),
                    new LabelEvaluation("bees", 1, 2.0 / 3, 3));
            assertThat(evaluation.confusion()).containsExactly(List.of(1, 0), List.of(1, 2));
            assertThat(evaluation.labels()).extracting(LabelEvaluation::f1).containsExactly(2.0 / 3, 0.8);
            assertThat(evaluation.warnings()).isEmpty();
            assertThat(evaluation.temperature()).isEmpty();
        }
    }

    @Test
    void remembersWhichSamplesAreAnsweredRight() {
        // Given
        TrainingSet set = Sets.of(List.of("ants", "bees"), 1, new float[] { 0, 0, -2, 2, -1, 3 },
                new int[] { 0, 1, 0, 1, 1, 1 }, 2);
        try (Evaluator evaluator = new Evaluator(program, set)) {
            // When
            BitSet right = evaluator.measure(new Head(List.of("ants", "bees"), 1, SIGN, new float[2])).right();
            // Then
            assertThat(right.stream()).containsExactly(0, 1, 3);
        }
    }

    @Test
    void warnsOfALabelWithoutAValidationSample() {
        // Given
        TrainingSet set = Sets.of(List.of("ants", "bees", "wasps"), 1, new float[] { -1, 1, 2, -2 },
                new int[] { 0, 1, 2, 0 }, 3);
        try (Evaluator evaluator = new Evaluator(program, set)) {
            // When
            Evaluation evaluation = evaluator
                    .measure(new Head(List.of("ants", "bees", "wasps"), 1, new float[3], new float[3])).evaluation();
            // Then
            assertThat(evaluation.warnings()).containsExactly(
                    "label 'bees' has no validation sample: how well it is told was not measured",
                    "label 'wasps' has no validation sample: how well it is told was not measured");
        }
    }

    @Test
    void measuresHowFarProbabilitiesAreFromTheTruth() {
        // Given a head that is sure of 0.8808 for each of four samples, and right on three
        TrainingSet set = Sets.of(List.of("ants", "bees"), 1, new float[] { 0, 0, -1, 1, -1, 1 },
                new int[] { 0, 1, 0, 1, 1, 1 }, 2);
        try (Evaluator evaluator = new Evaluator(program, set)) {
            // When
            Evaluation evaluation = evaluator.measure(new Head(List.of("ants", "bees"), 1, SIGN, new float[2])).evaluation();
            // Then
            assertThat(evaluation.expectedCalibrationError().orElseThrow())
                    .isCloseTo(1 / (1 + Math.exp(-2)) - 0.75, within(1e-6));
        }
    }

    @Test
    void matchesTheLabelsOfAnOlderHeadByName() {
        // Given a head that knows bees first, ants second and no wasps
        Head older = new Head(List.of("bees", "ants"), 1, new float[] { 1, -1 }, new float[2]);
        TrainingSet set = Sets.of(List.of("ants", "bees", "wasps"), 1, new float[] { 0, 0, -2, 2, 3 },
                new int[] { 0, 1, 0, 1, 2 }, 2);
        try (Evaluator evaluator = new Evaluator(program, set)) {
            // When
            Evaluation evaluation = evaluator.measure(older).evaluation();
            // Then
            assertThat(evaluation.labels()).extracting(LabelEvaluation::label).containsExactly("bees", "ants", "wasps");
            assertThat(evaluation.accuracy()).isEqualTo(2.0 / 3);
            assertThat(evaluation.confusion()).containsExactly(List.of(1, 0, 0), List.of(0, 1, 0), List.of(1, 0, 0));
            assertThat(evaluation.loss()).isCloseTo((2 * loss(4) + 87.33654) / 3, within(1e-4));
        }
    }

    @Test
    void measuresNothingWithoutValidationSamples() {
        // Given
        TrainingSet set = Sets.of(List.of("ants", "bees"), 1, new float[] { 1, 2 }, new int[] { 0, 1 }, 2);
        try (Evaluator evaluator = new Evaluator(program, set)) {
            // When
            Evaluation evaluation = evaluator.measure(new Head(List.of("ants", "bees"), 1, SIGN, new float[2])).evaluation();
            // Then
            assertThat(evaluation).isEqualTo(new Evaluation(0, 0, Optional.empty(), 0, Optional.empty(), Optional.empty(),
                    List.of(new LabelEvaluation("ants", 0, 0, 0), new LabelEvaluation("bees", 0, 0, 0)),
                    List.of(List.of(0, 0), List.of(0, 0)), List.of("there are no validation samples: nothing was measured")));
        }
    }

    /** Cross-entropy when the right one of two logits is the larger by this much. */
    private static double loss(double margin) {
        return Math.log1p(Math.exp(-margin));
    }
}
