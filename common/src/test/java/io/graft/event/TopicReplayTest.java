package io.graft.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.problem.Problem;
import io.graft.testing.Await;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;

@Tag("waits-for-brokers")
class TopicReplayTest {

    private static KafkaBroker broker;

    /** What a handler has seen, in its order: values, and {@code drop P} for the partition P. */
    private static class Seen implements TopicReplay.Handler {

        final List<String> entries = new CopyOnWriteArrayList<>();

        @Override
        public void apply(ConsumerRecord<byte[], byte[]> record) {
            entries.add(new String(record.value(), StandardCharsets.UTF_8));
        }

        @Override
        public void drop(TopicPartition partition) {
            entries.add("drop " + partition.partition());
        }
    }

    private final Seen seen = new Seen();

    @BeforeAll
    static void startBroker(@TempDir Path dataDir) {
        broker = KafkaBroker.start(dataDir);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void readsEveryPartitionFromItsBeginningAndGoesOn() throws Exception {
        // Given
        KafkaTopic topic = KafkaTopic.create(broker, "beginning", 2);
        topic.write(0, List.of("a", "b"));
        topic.write(1, List.of("c"));
        try (TopicReplay replay = replay(topic.name(), seen)) {
            // When
            replay.start();
            // Then
            Await.until("caught up", replay::hasCaughtUp);
            assertThat(seen.entries).containsExactlyInAnyOrder("a", "b", "c").containsSubsequence("a", "b");
            assertThat(replay.remainingCount()).isZero();
            assertThat(replay.appliedEnds()).containsEntry(topic.partition(0), 2L).containsEntry(topic.partition(1), 1L);
            topic.write(1, List.of("d"));
            assertThat(replay.awaitApplied(topic.ends(), Await.LIMIT)).isTrue();
            assertThat(seen.entries).endsWith("d");
        }
    }

    @Test
    void catchesUpBehindTransactionMarkers() throws Exception {
        // Given: a committed and an aborted transaction, whose markers nobody will hand over
        KafkaTopic topic = KafkaTopic.create(broker, "markers", 1);
        topic.writeCommitted(0, List.of("a", "b"));
        topic.writeAborted(0, List.of("never", "seen"));
        topic.awaitCommits();
        try (TopicReplay replay = replay(topic.name(), seen)) {
            // When
            replay.start();
            // Then
            Await.until("caught up", replay::hasCaughtUp);
            assertThat(topic.ends()).containsEntry(topic.partition(0), 6L);
            assertThat(replay.hasApplied(topic.ends())).isTrue();
            assertThat(seen.entries).containsExactly("a", "b");
        }
    }

    @Test
    void catchesUpWithAnEmptyTopic() {
        // Given
        KafkaTopic topic = KafkaTopic.create(broker, "empty", 3);
        try (TopicReplay replay = replay(topic.name(), seen)) {
            assertThat(replay.hasCaughtUp()).isFalse();
            // When
            replay.start();
            // Then
            Await.until("caught up", replay::hasCaughtUp);
        }
    }

    @Test
    void waitsForATopicThatAppearsLater() throws Exception {
        // Given
        try (TopicReplay replay = replay("later", seen)) {
            replay.start();
            // When
            KafkaTopic topic = KafkaTopic.create(broker, "later", 1);
            topic.write(0, List.of("a"));
            // Then
            assertThat(replay.awaitApplied(topic.ends(), Await.LIMIT)).isTrue();
            assertThat(replay.failure()).isEmpty();
            assertThat(seen.entries).containsExactly("a");
        }
    }

    @Test
    void dropsPartitionsAndReadsThemAnew() throws Exception {
        // Given: a handler that is in the middle of a record
        KafkaTopic topic = KafkaTopic.create(broker, "partitions", 2);
        topic.write(0, List.of("a"));
        topic.write(1, List.of("b"));
        AtomicBoolean goesOn = new AtomicBoolean();
        Seen slow = new Seen() {

            @Override
            public void apply(ConsumerRecord<byte[], byte[]> record) {
                super.apply(record);
                Await.until("the handler may go on", () -> goesOn.get() || !entries.contains("slow"));
            }
        };
        try (TopicReplay replay = new TopicReplay("partitions", config(), Set.of(), slow)) {
            replay.start();
            replay.readPartitions(List.of(topic.partition(0)));
            Await.until("the first partition is read", () -> replay.hasApplied(Map.of(topic.partition(0), 1L)));
            topic.write(0, List.of("slow"));
            Await.until("the handler has the record", () -> slow.entries.contains("slow"));
            // When
            replay.readPartitions(List.of(topic.partition(1)));
            // Then
            assertThat(replay.hasApplied(Map.of(topic.partition(0), 1L))).isFalse();
            assertThat(replay.hasCaughtUp()).isFalse();
            goesOn.set(true);
            Await.until("the second partition is read", replay::hasCaughtUp);
            assertThat(slow.entries).containsExactly("a", "slow", "drop 0", "b");
            replay.readPartitions(List.of(topic.partition(0), topic.partition(1)));
            assertThat(replay.awaitApplied(topic.ends(), Await.LIMIT)).isTrue();
            assertThat(slow.entries).containsExactly("a", "slow", "drop 0", "b", "a", "slow");
        }
    }

    @Test
    void readsNothingOfAPartitionAfterDroppingIt() {
        // Given
        KafkaTopic topic = KafkaTopic.create(broker, "dropped", 2);
        try (TopicReplay replay = new TopicReplay("dropped", config(), Set.of(), seen)) {
            replay.start();
            for (int round = 0; round < 4; round++) {
                seen.entries.clear();
                replay.readPartitions(List.of(topic.partition(0)));
                Await.until("the partition is read", replay::hasCaughtUp);
                // When
                replay.readPartitions(List.of());
                topic.write(0, List.of("after"));
                // Then: once the drop has come through, nothing follows it
                Await.until("the partition is dropped", () -> seen.entries.contains("drop 0"));
                replay.readPartitions(List.of(topic.partition(1)));
                Await.until("the other partition is read", replay::hasCaughtUp);
                assertThat(seen.entries.subList(seen.entries.indexOf("drop 0"), seen.entries.size())).containsExactly("drop 0");
                replay.readPartitions(List.of());
                Await.until("the other partition is dropped", () -> seen.entries.contains("drop 1"));
            }
        }
    }

    @Test
    void readsAPartitionAnewThatIsTakenAwayAndGivenBackAtOnce() throws Exception {
        // Given
        KafkaTopic topic = KafkaTopic.create(broker, "back", 1);
        topic.write(0, List.of("a", "b"));
        try (TopicReplay replay = new TopicReplay("back", config(), Set.of(), seen)) {
            replay.readPartitions(List.of(topic.partition(0)));
            replay.start();
            Await.until("caught up", replay::hasCaughtUp);
            // When
            replay.readPartitions(List.of());
            replay.readPartitions(List.of(topic.partition(0)));
            // Then
            assertThat(replay.awaitApplied(topic.ends(), Await.LIMIT)).isTrue();
            assertThat(seen.entries).containsExactly("a", "b", "drop 0", "a", "b");
        }
    }

    @Test
    void goesOnWhenTheBrokerIsKilledAndRestarted() throws Exception {
        // Given
        KafkaTopic topic = KafkaTopic.create(broker, "killed", 1);
        List<String> before = IntStream.range(0, 500).mapToObj(number -> "before-" + number).toList();
        topic.write(0, before);
        try (TopicReplay replay = replay(topic.name(), seen)) {
            replay.start();
            Await.until("caught up", replay::hasCaughtUp);
            // When
            broker.kill();
            broker.restart();
            topic.write(0, List.of("after"));
            // Then
            assertThat(replay.awaitApplied(topic.ends(), Await.LIMIT)).isTrue();
            assertThat(replay.failure()).isEmpty();
            assertThat(seen.entries).hasSize(501).startsWith("before-0").endsWith("after");
        }
    }

    @Test
    void endsWithWhatItsHandlerThrew() throws Exception {
        // Given: an exception that would be worth another try, had it come from the consumer
        KafkaTopic topic = KafkaTopic.create(broker, "failing", 1);
        topic.write(0, List.of("a"));
        try (TopicReplay replay = replay(topic.name(), record -> {
            throw new TimeoutException("no more room");
        })) {
            // When
            replay.start();
            // Then
            Await.until("the replay has ended", () -> replay.failure().isPresent());
            assertThat(replay.failure().orElseThrow()).hasMessage("no more room");
            assertThat(replay.hasCaughtUp()).isFalse();
            assertThatThrownBy(() -> replay.awaitApplied(topic.ends(), Await.LIMIT))
                    .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("REPLAY_ENDED"))
                    .hasMessage("replay 'failing' has ended: no more room");
        }
    }

    @Test
    void saysThatTheLimitHasPassed() throws Exception {
        // Given
        KafkaTopic topic = KafkaTopic.create(broker, "limit", 1);
        try (TopicReplay replay = replay(topic.name(), seen)) {
            replay.start();
            // When
            boolean applied = replay.awaitApplied(Map.of(topic.partition(0), 1L), Duration.ofMillis(300));
            // Then
            assertThat(applied).isFalse();
        }
    }

    @Test
    void releasesWhoeverWaitsWhenItIsClosed() throws Exception {
        // Given
        KafkaTopic topic = KafkaTopic.create(broker, "closed", 1);
        CountDownLatch waiting = new CountDownLatch(1);
        TopicReplay replay = replay(topic.name(), seen);
        replay.start();
        CompletableFuture<Boolean> answer = CompletableFuture.supplyAsync(() -> {
            waiting.countDown();
            try {
                return replay.awaitApplied(Map.of(topic.partition(0), 1L), Await.LIMIT);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(waiting.await(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        // When
        replay.close();
        // Then
        assertThatThrownBy(() -> answer.get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("replay 'closed' is closed");
        assertThat(replay.failure()).isEmpty();
        replay.close();
    }

    private static TopicReplay replay(String topic, TopicReplay.Handler handler) {
        return new TopicReplay(topic, config(), Set.of(topic), handler);
    }

    private static Map<String, Object> config() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }
}
