package io.graft.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.problem.Problem;

class IdsTest {

    @ParameterizedTest
    @ValueSource(strings = { "a", "0", "ants-bees", "a1234567890123456789012345678901234567890123456789012345678901b" })
    void takesTaskWithinTheRule(String value) {
        // When
        TaskId task = new TaskId(value);
        // Then
        assertThat(task).hasToString(value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "-a", "Birds", "a_b", "../etc", "a/b", "a b", "ä", "a\n", "a\u0000",
            "a1234567890123456789012345678901234567890123456789012345678901bc" })
    void refusesTaskOutsideTheRule(String value) {
        // When
        assertThatThrownBy(() -> new TaskId(value))
                // Then
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("TASK_INVALID"))
                .hasMessage("task '" + value + "' is not valid (expected: [a-z0-9][a-z0-9-]{0,62})");
    }

    @Test
    void quotesOnlyTheBeginningOfALongValue() {
        // Given
        String value = "X".repeat(1_000_000);
        // When
        assertThatThrownBy(() -> new SampleId(value))
                // Then
                .hasMessage("sampleId '" + "X".repeat(80) + "…' is not valid (expected: [A-Za-z0-9._:-]{1,200})");
    }

    @Test
    void takesSampleIdOf200CharactersAndNotOneMore() {
        // Given
        String longest = "a".repeat(200);
        // When
        SampleId taken = new SampleId(longest);
        // Then
        assertThat(taken.value()).isEqualTo(longest);
        assertThatThrownBy(() -> new SampleId(longest + "a")).isInstanceOf(Problem.class);
    }

    @Test
    void takesTrainRequestIdInAnyWordsButControls() {
        // When
        TrainRequestId id = new TrainRequestId("première demande, №1 / 2");
        // Then
        assertThat(id).hasToString("première demande, №1 / 2");
        assertThatThrownBy(() -> new TrainRequestId("a\tb")).isInstanceOf(Problem.class);
    }

    @Test
    void refusesBackboneThatLeadsOutOfAFolder() {
        // When
        assertThatThrownBy(() -> new BackboneId("../resnet18"))
                // Then
                .hasMessage("backbone '../resnet18' is not valid (expected: [a-z0-9][a-z0-9._-]{0,62})");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "0", "-1", "+1", "01", "1.0", "1e3", "٣", " 1", "99999999999999999999" })
    void refusesVersionInAnySpellingButItsDigits(String text) {
        // When
        assertThatThrownBy(() -> ModelVersion.parse(text))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessage("version '" + text + "' is not valid (expected: [1-9][0-9]{0,8})");
    }

    @Test
    void countsVersionsFromOne() {
        // When
        ModelVersion second = ModelVersion.parse("1").next();
        // Then
        assertThat(second).isEqualTo(new ModelVersion(2)).isGreaterThan(new ModelVersion(1));
        assertThatThrownBy(() -> new ModelVersion(0)).hasMessage("version 0 is not valid (expected: 1 or more)");
    }
}
