package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.graft.event.RecordPlace;
import io.graft.inference.ModelEvents;
import io.graft.problem.Problem;
import io.graft.testing.Await;

class BackgroundArchiveTest {

    private static final Duration LIMIT = Await.LIMIT;
    private static final RecordPlace PLACE = new RecordPlace("model-ready", 0, 7);
    private static final ModelRecord RECORD = new ModelRecord(new byte[] { 1 }, Optional.empty());

    private final AtomicInteger readCount = new AtomicInteger();
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile Instant now = ModelEvents.REQUESTED_AT;
    private volatile Supplier<Optional<ModelRecord>> answer = () -> Optional.of(RECORD);

    @AutoClose
    private final BackgroundArchive archive = new BackgroundArchive(this::read, Duration.ofSeconds(5), () -> now);

    private Optional<ModelRecord> read(RecordPlace place) {
        readCount.incrementAndGet();
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return answer.get();
    }

    private void awaitReading() {
        assertThatThrownBy(() -> archive.read(PLACE)).hasMessageStartingWith("record " + PLACE + " is being read again");
        open.countDown();
        await().atMost(LIMIT).until(archive::hasNews);
    }

    @Test
    void readsOnceWhileEverybodyElseGoesOn() {
        // Given
        assertThatThrownBy(() -> archive.read(PLACE)).hasMessageStartingWith("record " + PLACE + " is being read again");
        await().atMost(LIMIT).until(() -> readCount.get() == 1);
        assertThat(archive.hasNews()).isFalse();
        assertThatThrownBy(() -> archive.read(PLACE)).isInstanceOf(Problem.class);

        // When
        awaitReading();

        // Then
        assertThat(archive.read(PLACE)).contains(RECORD);
        assertThat(readCount).hasValue(1);
        assertThat(archive.hasNews()).isFalse();
    }

    @Test
    void asksAgainAfterAWhileWhereNobodyAnswered() {
        // Given
        answer = () -> {
            throw Problem.busy("MODEL_ARCHIVE_BUSY", "no leader");
        };
        assertThatThrownBy(() -> archive.read(PLACE)).isInstanceOf(Problem.class);
        open.countDown();
        await().atMost(LIMIT).until(() -> {
            try {
                archive.read(PLACE);
                return false;
            } catch (Problem e) {
                return e.sentence().equals("no leader");
            }
        });
        assertThat(readCount).hasValue(1);
        assertThat(archive.hasNews()).isFalse();

        // When
        answer = () -> Optional.of(RECORD);
        now = now.plusSeconds(5);
        assertThat(archive.hasNews()).isTrue();
        awaitReading();

        // Then
        assertThat(archive.read(PLACE)).contains(RECORD);
        assertThat(readCount).hasValue(2);
    }

    @Test
    void saysWhatStandsInTheWayForGood() {
        // Given
        answer = () -> {
            throw Problem.broken("BROKER_REFUSES", "no right");
        };

        // When
        awaitReading();

        // Then
        assertThatThrownBy(() -> archive.read(PLACE)).hasMessage("no right");
        assertThat(archive.hasNews()).isFalse();
    }

    @Test
    void letsGoWhatNobodyAsksForAgain() {
        // Given
        awaitReading();

        // When
        now = now.plusSeconds(120);

        // Then
        assertThat(archive.hasNews()).isFalse();
    }
}
