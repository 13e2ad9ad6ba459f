package io.graft.trainer.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class LaneTest {

    private static final RunResult NOTHING = new RunResult(List.of(), () -> {
    });

    @Test
    void startsTheFirstRequestOfEachTask() {
        // Given
        Lane lane = lane(new Lane(), "a", "a", "b", "c", "b");

        // When
        List<Lane.Entry> startable = lane.startable();

        // Then
        assertThat(offsets(startable)).containsExactly(0L, 2L, 3L);
        startable.forEach(entry -> entry.begin(new CompletableFuture<>()));
        assertThat(lane.startable()).isEmpty();
    }

    @Test
    void startsTheNextRequestOfATaskOnceTheOneBeforeItHasEnded() {
        // Given
        Lane lane = lane(new Lane(), "a", "a", "b");
        lane.startable().forEach(LaneTest::finish);

        // When
        lane.end(lane.finished().get(0), 3);

        // Then
        assertThat(offsets(lane.startable())).containsExactly(1L);
    }

    @Test
    void commitsTheFirstOffsetThatHasNotEndedAndWhatHasEndedBeyondIt() {
        // Given
        Lane lane = lane(new Lane(), "a", "b", "c", "d");
        lane.startable().forEach(LaneTest::finish);
        List<Lane.Entry> finished = lane.finished();

        // When
        OffsetAndMetadata afterSecond = lane.end(finished.get(1), 9);
        OffsetAndMetadata afterFourth = lane.end(finished.get(3), 9);
        OffsetAndMetadata afterFirst = lane.end(finished.get(0), 9);
        OffsetAndMetadata afterAll = lane.end(finished.get(2), 9);

        // Then: the last one is the consumer's position, behind a marker of a transaction
        assertThat(afterSecond).isEqualTo(new OffsetAndMetadata(0, "ended +1"));
        assertThat(afterFourth).isEqualTo(new OffsetAndMetadata(0, "ended +1 +3"));
        assertThat(afterFirst).isEqualTo(new OffsetAndMetadata(2, "ended +1"));
        assertThat(afterAll).isEqualTo(new OffsetAndMetadata(9, ""));
    }

    @Test
    void doesNotRunAgainWhatHasEndedBeyondTheCommittedOffset() {
        // Given
        Lane lane = new Lane(new OffsetAndMetadata(0, "ended +1 +3"));

        // When
        lane(lane, "a", "b", "c", "d");

        // Then
        assertThat(offsets(lane.startable())).containsExactly(0L, 2L);
    }

    @Test
    void keepsWhatHasEndedWithinWhatAnOffsetsMetadataHolds() {
        // Given: as many requests as are read ahead, each behind the marker of its transaction
        Lane lane = new Lane();
        lane.add(record(10_000_000L, "slow"));
        lane.startable().forEach(entry -> entry.begin(new CompletableFuture<>()));

        // When: polls of a hundred, all of which end but the first
        OffsetAndMetadata last = new OffsetAndMetadata(0);
        long next = 10_000_002L;
        while (!lane.isFull()) {
            for (int i = 0; i < 100; i++) {
                lane.add(record(next, "task-" + next));
                next += 2;
            }
            lane.startable().forEach(LaneTest::finish);
            for (Lane.Entry entry : lane.finished()) {
                last = lane.end(entry, next);
            }
        }

        // Then: Kafka's default for offset.metadata.max.bytes
        assertThat(last.offset()).isEqualTo(10_000_000L);
        assertThat(last.metadata().length()).isLessThanOrEqualTo(4096);
    }

    @Test
    void takesMetadataOfOthersAsNothing() {
        // When
        Lane lane = lane(new Lane(new OffsetAndMetadata(0, "set by hand +1")), "a", "b");

        // Then
        assertThat(offsets(lane.startable())).containsExactly(0L, 1L);
    }

    @Test
    void goesOnWithWhatRunsAndWritesAgainWhatWasNotWritten() {
        // Given: one that runs, one whose result was written, one whose result may have been, one that has not begun
        Lane before = lane(new Lane(), "a", "b", "c", "a");
        CompletableFuture<RunResult> running = new CompletableFuture<>();
        List<Lane.Entry> started = before.startable();
        started.get(0).begin(running);
        finish(started.get(1));
        finish(started.get(2));
        OffsetAndMetadata committed = before.end(started.get(1), 4);
        before.written();
        before.end(started.get(2), 4);

        // When: twice, since the broker may go away once more before anything is read again
        Lane lane = lane(Lane.again(Optional.of(committed), Lane.again(Optional.of(committed), before)), "a", "b", "c", "a");

        // Then
        assertThat(running).isNotCancelled();
        assertThat(lane.startable()).isEmpty();
        assertThat(lane.finished()).containsExactly(started.get(2));
        assertThat(lane.end(lane.finished().get(0), 4)).isEqualTo(new OffsetAndMetadata(0, "ended +1 +2"));
        running.complete(NOTHING);
        assertThat(lane.finished()).containsExactly(started.get(0));
    }

    @Test
    void forgetsAResultThatWasWrittenAfterAll() {
        // Given
        Lane before = lane(new Lane(), "a", "b");
        before.startable().forEach(LaneTest::finish);
        Lane.Entry first = before.finished().get(0);
        OffsetAndMetadata committed = before.end(first, 2);

        // When
        Lane lane = Lane.again(Optional.of(committed), before);
        lane.add(record(1, "b"));

        // Then
        assertThat(offsets(lane.finished())).containsExactly(1L);
    }

    @Test
    void runsAnotherRequestAtTheSameOffset() {
        // Given
        Lane before = lane(new Lane(), "a");
        CompletableFuture<RunResult> running = new CompletableFuture<>();
        before.startable().get(0).begin(running);

        // When
        Lane lane = lane(Lane.again(Optional.empty(), before), "other");

        // Then
        assertThat(running).isCancelled();
        assertThat(offsets(lane.startable())).containsExactly(0L);
    }

    @Test
    void interruptsWhatRunsAndWasNotReadAgainWhenItIsAbandoned() {
        // Given
        Lane before = lane(new Lane(), "a");
        CompletableFuture<RunResult> running = new CompletableFuture<>();
        before.startable().get(0).begin(running);

        // When
        Lane.again(Optional.empty(), before).abandon();

        // Then
        assertThat(running).isCancelled();
    }

    @Test
    void interruptsWhatRunsWhenItIsAbandoned() {
        // Given
        Lane lane = lane(new Lane(), "a", "b");
        CompletableFuture<RunResult> run = new CompletableFuture<>();
        lane.startable().get(0).begin(run);

        // When
        lane.abandon();

        // Then
        assertThat(run).isCancelled();
        assertThat(lane.startable()).isEmpty();
    }

    private static Lane lane(Lane lane, String... tasks) {
        for (int offset = 0; offset < tasks.length; offset++) {
            lane.add(record(offset, tasks[offset]));
        }
        return lane;
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, String task) {
        return new ConsumerRecord<>("training-queue", 0, offset, task.getBytes(StandardCharsets.UTF_8), new byte[0]);
    }

    private static void finish(Lane.Entry entry) {
        entry.begin(CompletableFuture.completedFuture(NOTHING));
    }

    private static List<Long> offsets(List<Lane.Entry> entries) {
        return entries.stream().map(entry -> entry.record().offset()).toList();
    }
}
