package io.graft.inference.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;
import io.graft.testing.Await;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;

class RecentPredictionsTest {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int CONTENT_BYTES = 1000;

    private Instant now = BEGIN;
    private final RecentPredictions recent = new RecentPredictions(
            3L * (CONTENT_BYTES + RecentPredictions.ENTRY_BYTES), HOUR, () -> now);

    private RecentPrediction prediction(String id, int contentBytes) {
        SampleContent content = new SampleContent.Image(new byte[contentBytes], ImageFormat.JPEG);
        return new RecentPrediction(id, new TaskId("birds"), new ModelVersion(1), "crow", now,
                SamplePayload.of(content).orElseThrow());
    }

    @Test
    void forgetsTheOldestWhenItIsFull() {
        // When
        for (String id : new String[] { "a", "b", "c", "d" }) {
            recent.remember(prediction(id, CONTENT_BYTES));
        }

        // Then
        assertThat(recent.find("a")).isEmpty();
        assertThat(recent.find("b")).isPresent();
        assertThat(recent.find("d")).isPresent();
        assertThat(recent.count()).isEqualTo(3);
        assertThat(recent.bytes()).isEqualTo(3L * (CONTENT_BYTES + RecentPredictions.ENTRY_BYTES));
    }

    @Test
    void makesNoRoomForWhatIsLargerThanAllOfIt() {
        // Given
        recent.remember(prediction("small", CONTENT_BYTES));

        // When
        recent.remember(prediction("large", 10 * CONTENT_BYTES));

        // Then
        assertThat(recent.find("large")).isEmpty();
        assertThat(recent.find("small")).isPresent();
    }

    @Test
    void forgetsAfterAWhileThoughNobodyAsks() {
        // Given
        recent.remember(prediction("old", CONTENT_BYTES));
        now = BEGIN.plus(HOUR).plusMillis(1);
        FeedbackClock clock = new FeedbackClock(recent);

        // When
        clock.start(new StartupEvent());

        // Then
        try {
            await().atMost(Await.LIMIT).until(() -> recent.count() == 0);
            assertThat(recent.bytes()).isZero();
        } finally {
            clock.stop(new ShutdownEvent());
        }
    }

    @Test
    void forgetsAfterAWhile() {
        // Given
        recent.remember(prediction("a", CONTENT_BYTES));

        // When
        now = BEGIN.plus(HOUR).plusMillis(1);

        // Then
        assertThat(recent.find("a")).isEmpty();
        assertThat(recent.bytes()).isZero();
    }

    @Test
    void judgesOnce() {
        // Given
        recent.remember(prediction("a", CONTENT_BYTES));

        // Then
        assertThat(recent.judge("a")).isTrue();
        assertThat(recent.judge("a")).isFalse();
        assertThat(recent.judge("unheard-of")).isFalse();
    }
}
