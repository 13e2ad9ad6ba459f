package io.graft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.problem.Problem;

class LabelTest {

    @Test
    void countsCharactersAndNotTheirBytes() {
        // Given
        String longest = "🐦".repeat(200);
        // When
        Label label = new Label(longest);
        // Then
        assertThat(label).hasToString(longest);
        assertThatThrownBy(() -> new Label(longest + "!")).isInstanceOf(Problem.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "\u3000", "a\nb", "a\u0000", "a\u0085" })
    void refusesBlanksAndControls(String value) {
        // When
        assertThatThrownBy(() -> new Label(value))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("SAMPLE_LABEL_INVALID"))
                .hasMessage("label of " + value.length()
                        + " characters is not valid (expected: 1 to 200 characters, not blank, no control characters)");
    }
}
