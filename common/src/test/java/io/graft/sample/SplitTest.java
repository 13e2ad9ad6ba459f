package io.graft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.testing.Records;

class SplitTest {

    /** A release that moves one of these moves samples of every task there is: the sides were computed once, elsewhere. */
    @ParameterizedTest
    @CsvSource({ "birds/wren-1, VALIDATION", "birds/wren-2, TRAIN", "birds/robin.jpg, TRAIN",
            "ants-bees/0013035.jpg, VALIDATION", "ants-bees/1030023514_aad5c608f9.jpg, TRAIN", "a/1, TRAIN", "a/2, VALIDATION",
            "a/3, VALIDATION", "a/4, TRAIN", "a/5, TRAIN", "a/7, TRAIN", "a/8, TRAIN" })
    void keepsASampleOnItsSideFromReleaseToRelease(String key, Split side) {
        // When
        Split split = Split.ofKey(key(key), 0.2);
        // Then
        assertThat(split).isEqualTo(side);
    }

    @ParameterizedTest
    @ValueSource(doubles = { 0.05, 0.2, 0.5, 0.9 })
    void givesValidationItsShare(double fraction) {
        // When
        long validation = keys().stream().filter(key -> Split.ofKey(key, fraction) == Split.VALIDATION).count();
        // Then: four standard deviations of 10,000 draws
        assertThat(validation / 10_000.0).isCloseTo(fraction, within(4 * Math.sqrt(fraction * (1 - fraction) / 10_000)));
    }

    @Test
    void givesValidationNothingAtFractionZero() {
        // When
        List<Split> sides = keys().stream().map(key -> Split.ofKey(key, 0)).toList();
        // Then
        assertThat(sides).containsOnly(Split.TRAIN);
    }

    @Test
    void movesNoSampleBackToTrainWhenTheFractionGrows() {
        // When
        List<SampleKey> validation = keys().stream().filter(key -> Split.ofKey(key, 0.2) == Split.VALIDATION).toList();
        // Then
        assertThat(validation).allMatch(key -> Split.ofKey(key, 0.3) == Split.VALIDATION);
    }

    @Test
    void decidesWithoutRegardToOrderOrCompany() {
        // Given
        Map<SampleKey, Split> first = new HashMap<>();
        keys().forEach(key -> first.put(key, Split.ofKey(key, 0.2)));
        List<SampleKey> shuffled = new ArrayList<>(keys().subList(0, 5_000));
        Collections.shuffle(shuffled, new Random(1));
        // When
        Map<SampleKey, Split> second = new HashMap<>();
        shuffled.forEach(key -> second.put(key, Split.ofKey(key, 0.2)));
        // Then
        assertThat(first).containsAllEntriesOf(second);
    }

    @Test
    void refusesAnotherWord() {
        // When
        assertThatThrownBy(() -> Split.parse("Train"))
                // Then
                .hasMessage("split 'Train' is not valid (expected: train or validation)");
        assertThat(Split.parse("validation").word()).isEqualTo("validation");
    }

    private static List<SampleKey> keys() {
        return IntStream.range(0, 10_000).mapToObj(number -> key("birds/sample-" + number)).toList();
    }

    private static SampleKey key(String text) {
        return SampleKey.parse(Records.utf8(text));
    }
}
