package io.graft.inference.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.problem.Problem;

class PredictionIdsTest {

    private final PredictionIds first = new PredictionIds("inference-0");
    private final PredictionIds second = new PredictionIds("inference-1");

    @Test
    void tellsItsOwnFromThoseOfOtherReplicas() {
        // When
        String id = first.next();

        // Then
        assertThat(UUID.fromString(id)).hasToString(id);
        assertThat(first.isOwn(id)).isTrue();
        assertThat(new PredictionIds("inference-0").isOwn(id)).isTrue();
        assertThat(second.isOwn(id)).isFalse();
    }

    @Test
    void givesEachPredictionANameOfItsOwn() {
        // When
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(first.next());
        }

        // Then
        assertThat(ids).hasSize(10_000);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "7", "1-1-1-1-1", "6F1C0A52-5F0E-4C38-9A55-1D0F5F7E3A10", "../../etc" })
    void refusesWhatIsNoName(String id) {
        // When // Then
        assertThatThrownBy(() -> first.isOwn(id)).isInstanceOf(Problem.class).hasMessage(
                "prediction id '" + id + "' is not valid (expected: the predictionId of an answer)");
    }
}
