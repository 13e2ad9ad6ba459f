package io.graft.trainer.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;

class PatienceTest {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final SteppedClock clock = new SteppedClock();
    private int callCount;

    private Patience patience(Runnable goingOn) {
        return new Patience(LIMIT, goingOn, clock);
    }

    private Patience patience() {
        return patience(() -> {
        });
    }

    private Supplier<String> busyTimes(int busyCount, Duration work) {
        return () -> {
            clock.pass(work);
            if (callCount++ < busyCount) {
                throw Problem.busy("BROKER_BUSY", "the broker does not answer");
            }
            return "the samples";
        };
    }

    @Test
    void asksAgainUntilThereIsAnAnswer() {
        // When
        String answer = patience().call(busyTimes(3, Duration.ZERO), UnaryOperator.identity());

        // Then
        assertThat(answer).isEqualTo("the samples");
        assertThat(callCount).isEqualTo(4);
    }

    @Test
    void countsNoWorkBeforeTheFirstSilenceAsSilence() {
        // When
        String answer = patience().call(busyTimes(1, LIMIT.multipliedBy(2)), UnaryOperator.identity());

        // Then
        assertThat(answer).isEqualTo("the samples");
    }

    @Test
    void endsOnceTheSilenceHasLastedTheLimit() {
        // When // Then
        assertThatThrownBy(() -> patience().call(busyTimes(Integer.MAX_VALUE, Duration.ofSeconds(30)),
                last -> Problem.broken(last.code(), last.sentence() + ", at last")))
                .hasMessage("the broker does not answer, at last");
        assertThat(clock.passed()).isBetween(LIMIT.minusMinutes(2), LIMIT.plusMinutes(2));
    }

    @Test
    void endsBetweenTriesWhenNobodyWantsTheAnswerAnyMore() {
        // Given
        int[] lookCount = new int[1];
        Patience patience = patience(() -> {
            if (++lookCount[0] == 3) {
                throw new CancellationException();
            }
        });

        // When // Then
        assertThatThrownBy(() -> patience.call(busyTimes(Integer.MAX_VALUE, Duration.ZERO), UnaryOperator.identity()))
                .isInstanceOf(CancellationException.class);
        assertThat(callCount).isEqualTo(1);
    }
}
