package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

class TrainingSetTest {

    @Test
    void refusesOneLabel() {
        // When // Then
        assertThatThrownBy(() -> Sets.of(List.of("ants"), 1, new float[] { 1, 2 }, new int[] { 0, 0 }, 2))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.type()).isEqualTo(ProblemType.INVALID);
                    assertThat(problem.code()).isEqualTo("TRAINING_LABELS_TOO_FEW");
                })
                .hasMessage("task 'birds' has 1 label (expected: at least 2)");
    }

    @Test
    void refusesNoSamples() {
        // When // Then
        assertThatThrownBy(() -> Sets.of(List.of(), 1, new float[0], new int[0], 0))
                .hasMessage("task 'birds' has 0 labels (expected: at least 2)");
    }

    @Test
    void refusesASecondLabelThatOnlyValidationSamplesHave() {
        // When // Then
        assertThatThrownBy(() -> Sets.of(List.of("ants", "bees"), 1, new float[] { 1, 2, 3 }, new int[] { 0, 0, 1 }, 2))
                .hasMessage("task 'birds' has 1 label among its training samples (expected: at least 2)");
    }

    @Test
    void keepsAThirdLabelThatOnlyValidationSamplesHave() {
        // When
        TrainingSet set = Sets.of(List.of("ants", "bees", "wasps"), 1, new float[] { 1, 2, 3 }, new int[] { 0, 1, 2 }, 2);
        // Then
        assertThat(set.labels()).containsExactly("ants", "bees", "wasps");
        assertThat(set.validationCount()).isEqualTo(1);
        assertThat(set.validationFeature(0)).containsExactly(3);
    }

    @Test
    void refusesWhatDoesNotFitTogether() {
        // When // Then
        assertThatThrownBy(() -> Sets.of(List.of("bees", "ants"), 1, new float[] { 1, 2 }, new int[] { 0, 1 }, 2))
                .hasMessage("labels are not distinct and sorted");
        assertThatThrownBy(() -> Sets.of(List.of("ants", "bees"), 2, new float[] { 1, 2 }, new int[] { 0, 1 }, 2))
                .hasMessage("features have 8 bytes for 2 × 2");
        assertThatThrownBy(() -> Sets.of(List.of("ants", "bees"), 1, new float[] { 1, 2 }, new int[] { 0, 2 }, 2))
                .hasMessage("a label index is beyond the 2 labels");
        assertThatThrownBy(() -> Sets.of(List.of("ants", "bees"), 1, new float[] { 1, 2 }, new int[] { 0, 1 }, 3))
                .hasMessage("trainCount is 3 of 2 rows");
    }
}
