package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.model.Evaluation.Interval;

class SharesTest {

    @ParameterizedTest
    @CsvSource({ "81, 263, 0.25532, 0.36621", "0, 20, 0, 0.16113", "20, 20, 0.83887, 1", "1, 1, 0.20655, 1" })
    void givesWilsonsInterval(int count, int total, double lower, double upper) {
        // When
        Interval interval = Shares.interval(count, total);
        // Then
        assertThat(interval.lower()).isCloseTo(lower, within(1e-4));
        assertThat(interval.upper()).isCloseTo(upper, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({ "0, 0, 1", "1, 0, 1", "5, 1, 0.21875", "1, 5, 0.21875", "6, 0, 0.03125", "3, 3, 1", "2000, 1000, 0" })
    void givesTheChanceOfSuchADifference(int onlyOne, int onlyOther, double expected) {
        // When
        double p = Shares.mcNemar(onlyOne, onlyOther);
        // Then
        assertThat(p).isCloseTo(expected, within(1e-12));
    }
}
