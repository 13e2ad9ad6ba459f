package io.graft.inference.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallerPatienceTest {

    private static final Duration UNSAID = Duration.ofDays(1);

    @ParameterizedTest
    @CsvSource({ "250, PT0.25S", "PT0.5S, PT0.5S", "PT2M, PT2M", "86400000, PT24H" })
    void takesMillisecondsOrADuration(String timeout, Duration limit) {
        // When // Then
        assertThat(CallerPatience.limit(Optional.of(timeout), Optional.of("wait=1"))).isEqualTo(limit);
    }

    @ParameterizedTest
    @ValueSource(strings = { "0", "-5", "PT0S", "-PT1S", "2s", "", "99999999", "P2D", "PT99999999999999999999S" })
    void refusesWhatIsNoTimeout(String timeout) {
        // When // Then
        assertThatThrownBy(() -> CallerPatience.limit(Optional.of(timeout), Optional.empty()))
                .hasMessage("timeout is '" + timeout
                        + "' (expected: milliseconds, or a duration as PT0.5S, above 0 and at most a day)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "wait=3 | 3", "respond-async, wait=10 | 10", "wait = \"7\"; x=1 | 7",
            "handling=lenient,wait=2,respond-async | 2" })
    void takesThePreferenceOfTheHeader(String prefer, long seconds) {
        // When // Then
        assertThat(CallerPatience.limit(Optional.empty(), Optional.of(prefer))).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = { "wait", "wait=0", "wait=soon", "await=3", "wait=3s", "respond-async", "wait=123456" })
    void passesOverAPreferenceThatItDoesNotUnderstand(String prefer) {
        // When // Then
        assertThat(CallerPatience.limit(Optional.empty(), Optional.of(prefer))).isEqualTo(UNSAID);
    }

    @Test
    void waitsAsLongAsTheServiceWhereNothingIsSaid() {
        // When // Then
        assertThat(CallerPatience.limit(Optional.empty(), Optional.empty())).isEqualTo(UNSAID);
    }
}
