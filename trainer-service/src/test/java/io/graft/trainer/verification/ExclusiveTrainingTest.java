package io.graft.trainer.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;

class ExclusiveTrainingTest {

    private final ExclusiveTraining training = new ExclusiveTraining(Duration.ofMinutes(1),
            () -> Problem.busy("VERIFY_BUSY", "another one works"));

    @AfterEach
    void close() throws InterruptedException {
        training.close();
    }

    @Test
    void refusesWhoComesWhileAnotherWorks() {
        // When
        String answer = training.run(() -> {
            assertThatThrownBy(() -> training.run(() -> "second")).isInstanceOf(Problem.class).hasMessage("another one works");
            return "first";
        });

        // Then
        assertThat(answer).isEqualTo("first");
        assertThat(training.run(() -> "third")).isEqualTo("third");
    }

    @Test
    void takesTheNextOneAfterAFailure() {
        // Given
        assertThatThrownBy(() -> training.run(() -> {
            throw Problem.invalid("TOP_INVALID", "no");
        })).hasMessage("no");

        // Then
        assertThat(training.run(() -> "next")).isEqualTo("next");
    }
}
