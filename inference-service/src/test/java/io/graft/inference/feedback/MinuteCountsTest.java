package io.graft.inference.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.graft.id.TaskId;

class MinuteCountsTest {

    private static final TaskId BIRDS = new TaskId("birds");
    private static final TaskId WORDS = new TaskId("words");
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:10Z");

    private final MinuteCounts counts = new MinuteCounts();

    @Test
    void countsEachTaskByItself() {
        // Given
        counts.next(BIRDS, BEGIN);
        counts.next(WORDS, BEGIN);

        // When
        int count = counts.next(BIRDS, BEGIN.plusSeconds(49));

        // Then
        assertThat(count).isEqualTo(2);
        assertThat(counts.taskCount()).isEqualTo(2);
    }

    @Test
    void countsWhatComesLateFromTheMinuteBeforeInThisOne() {
        // Given
        counts.next(BIRDS, BEGIN.plusSeconds(50));

        // When
        int late = counts.next(BIRDS, BEGIN.plusSeconds(49));

        // Then
        assertThat(late).isEqualTo(2);
        assertThat(counts.next(BIRDS, BEGIN.plusSeconds(51))).isEqualTo(3);
    }

    @Test
    void beginsAgainWithAClockThatIsSetBack() {
        // Given
        counts.next(BIRDS, BEGIN);

        // When
        int count = counts.next(BIRDS, BEGIN.minusSeconds(3600));

        // Then
        assertThat(count).isEqualTo(1);
    }

    @Test
    void forgetsTheTasksOfAMinuteWithIt() {
        // Given
        counts.next(BIRDS, BEGIN);
        counts.next(WORDS, BEGIN);

        // When
        int count = counts.next(WORDS, BEGIN.plusSeconds(50));

        // Then
        assertThat(count).isEqualTo(1);
        assertThat(counts.taskCount()).isEqualTo(1);
    }
}
