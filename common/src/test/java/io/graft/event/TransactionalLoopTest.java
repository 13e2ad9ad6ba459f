package io.graft.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
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
class TransactionalLoopTest {

    private static final int RECORD_COUNT = 1_000;
    private static final int POLL_INTERVAL_MS_MAX = 5_000;
    private static final int HEARTBEAT_INTERVAL_MS = 100;

    private static KafkaBroker broker;
    private static Admin admin;

    @BeforeAll
    static void startBroker(@TempDir Path dataDir) {
        broker = KafkaBroker.start(dataDir);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stopBroker() {
        admin.close();
        broker.close();
    }

    @Test
    void writesEachRecordOnceThroughFailuresAndAKilledBroker() {
        // Given: a handler that fails every third time
        KafkaTopic source = KafkaTopic.create(broker, "once-in", 2);
        KafkaTopic target = KafkaTopic.create(broker, "once-out", 2);
        List<String> values = values();
        source.write(0, values.subList(0, 500));
        source.write(1, values.subList(500, RECORD_COUNT));
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger counted = new AtomicInteger();
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            if (calls.incrementAndGet() % 3 == 0) {
                throw new KafkaException("now and then");
            }
            return copied(batch, target, counted);
        };
        try (TransactionalLoop loop = loop(source, "a", 50, handler)) {
            loop.start();
            Await.until("the loop is in the middle", () -> counted.get() >= 200);
            // When
            broker.kill();
            broker.restart();
            // Then
            Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
            assertThat(loop.failure()).isEmpty();
        }
        assertThat(texts(target)).containsExactlyInAnyOrderElementsOf(values);
        assertThat(counted.get()).isLessThanOrEqualTo(RECORD_COUNT);
    }

    @Test
    void commitsPastTransactionMarkersAtTheEnd() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "markers-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "markers-out", 1);
        source.writeCommitted(0, List.of("a"));
        source.writeAborted(0, List.of("never"));
        AtomicInteger empty = new AtomicInteger();
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            empty.addAndGet(batch.isEmpty() ? 1 : 0);
            return copied(batch, target, new AtomicInteger());
        };
        try (TransactionalLoop loop = loop(source, "a", 10, handler)) {
            // When
            loop.start();
            // Then
            Await.until("the group has no lag", () -> committed(source).equals(Map.of(source.partition(0), 4L)));
            source.writeAborted(0, List.of("never"));
            Await.until("the group has no lag again", () -> committed(source).equals(Map.of(source.partition(0), 6L)));
        }
        assertThat(empty).hasValue(0);
        assertThat(texts(target)).containsExactly("a");
    }

    @Test
    void givesABatchToItsHandlerAgainAfterAProblem() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "problem-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "problem-out", 1);
        source.write(0, List.of("a", "b", "c"));
        List<String> setbacks = new CopyOnWriteArrayList<>();
        TransactionalLoop.Handler handler = new TransactionalLoop.Handler() {

            @Override
            public TransactionalLoop.Result process(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions) {
                if (setbacks.size() < 2) {
                    throw Problem.busy("BACKBONE_BUSY", "backbone 'resnet18' has no room");
                }
                return copied(batch, target, new AtomicInteger());
            }

            @Override
            public void wentBack(RuntimeException reason) {
                setbacks.add(((Problem) reason).code());
            }
        };
        // When
        follow(source, handler);
        // Then
        assertThat(texts(target)).containsExactly("a", "b", "c");
        assertThat(setbacks).containsExactly("BACKBONE_BUSY", "BACKBONE_BUSY");
    }

    @Test
    void finishesWhatItHasAndLeavesTheGroupWhenItIsToldTo() {
        // Given: a handler in the middle of a batch
        KafkaTopic source = KafkaTopic.create(broker, "leaving-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "leaving-out", 1);
        source.write(0, List.of("a"));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            begun.countDown();
            isOver(gate);
            return copied(batch, target, new AtomicInteger());
        };
        try (TransactionalLoop loop = loop(source, "a", 10, handler)) {
            loop.start();
            assertThat(isOver(begun)).isTrue();
            // When
            loop.leave();
            gate.countDown();
        }
        // Then
        assertThat(texts(target)).containsExactly("a");
        Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
        assertThat(members(source)).isEmpty();
    }

    @Test
    void handsOverTheNextBatchBeforeItCommitsTheOneBefore() throws Exception {
        // Given: a first batch whose commit is not over before a second one was handed over
        KafkaTopic source = KafkaTopic.create(broker, "ahead-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "ahead-out", 1);
        source.write(0, List.of("a", "b"));
        CountDownLatch second = new CountDownLatch(2);
        AtomicBoolean ahead = new AtomicBoolean();
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            second.countDown();
            List<ProducerRecord<byte[], byte[]>> copies = copied(batch, target, new AtomicInteger()).records();
            return new TransactionalLoop.Result(copies, () -> ahead.compareAndSet(false, isOver(second)));
        };
        try (TransactionalLoop loop = loop(source, "a", 1, handler)) {
            // When
            loop.start();
            // Then
            Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
        }
        assertThat(ahead).isTrue();
        assertThat(texts(target)).containsExactly("a", "b");
    }

    private static boolean isOver(CountDownLatch latch) {
        return isOver(latch, Await.LIMIT.toMillis());
    }

    private static boolean isOver(CountDownLatch latch, long limitMs) {
        try {
            return latch.await(limitMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void writesEachRecordOnceWhenPartitionsMoveToAnotherInstance() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "moving-in", 4);
        KafkaTopic target = KafkaTopic.create(broker, "moving-out", 2);
        List<String> values = values();
        for (int partition = 0; partition < 4; partition++) {
            source.write(partition, values.subList(250 * partition, 250 * (partition + 1)));
        }
        AtomicInteger counted = new AtomicInteger();
        AtomicInteger countedBySecond = new AtomicInteger();
        try (TransactionalLoop first = loop(source, "a", 10, copying(target, counted));
                TransactionalLoop second = loop(source, "b", 10, copying(target, countedBySecond))) {
            first.start();
            Await.until("the first loop is in the middle", () -> counted.get() >= 100);
            // When
            second.start();
            // Then
            Await.until("both have partitions", () -> ownerCount(source) == 2);
            Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
            source.write(0, List.of("later-0"));
            source.write(1, List.of("later-1"));
            source.write(2, List.of("later-2"));
            source.write(3, List.of("later-3"));
            Await.until("the group has no lag again", () -> committed(source).equals(source.ends()));
            Await.until("both have worked", () -> countedBySecond.get() > 0);
        }
        assertThat(texts(target)).hasSize(RECORD_COUNT + 4).containsAll(values).doesNotHaveDuplicates();
    }

    @Test
    void commitsABatchThatTakesLongerThanTheGroupWaitsForAPoll() {
        // Given: a backlog, and a handler that is slow at its first record
        KafkaTopic source = KafkaTopic.create(broker, "slow-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "slow-out", 1);
        source.write(0, List.of("slow", "b", "c"));
        CountDownLatch never = new CountDownLatch(1);
        List<String> handled = new CopyOnWriteArrayList<>();
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            batch.forEach(record -> handled.add(text(record)));
            if (text(batch.get(0)).equals("slow")) {
                isOver(never, 3 * POLL_INTERVAL_MS_MAX);
            }
            return copied(batch, target, new AtomicInteger());
        };
        try (TransactionalLoop loop = loop(source, "a", 1, handler, Map.of("max.poll.interval.ms", POLL_INTERVAL_MS_MAX))) {
            // When
            loop.start();
            // Then
            Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
            assertThat(loop.failure()).isEmpty();
        }
        assertThat(handled).containsExactly("slow", "b", "c");
        assertThat(texts(target)).containsExactly("slow", "b", "c");
    }

    @Test
    void handsOverWhatItHasReadWhileItsHandlerIsSlow() {
        // Given: one batch that is handled and one behind it, when the group hears of another instance
        KafkaTopic source = KafkaTopic.create(broker, "slow-moving-in", 2);
        KafkaTopic target = KafkaTopic.create(broker, "slow-moving-out", 1);
        List<String> values = values().subList(0, 40);
        source.write(0, values.subList(0, 20));
        source.write(1, values.subList(20, 40));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch joined = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger counted = new AtomicInteger();
        TransactionalLoop.Handler slow = (batch, transactions) -> {
            begun.countDown();
            isOver(joined);
            isOver(never, 20 * HEARTBEAT_INTERVAL_MS);
            return copied(batch, target, new AtomicInteger());
        };
        Map<String, Object> config = Map.of("heartbeat.interval.ms", HEARTBEAT_INTERVAL_MS);
        try (TransactionalLoop first = loop(source, "a", 5, slow, config);
                TransactionalLoop second = loop(source, "b", 5, copying(target, counted), config)) {
            first.start();
            assertThat(isOver(begun)).isTrue();
            // When
            second.start();
            Await.until("the second is a member", () -> members(source).size() == 2);
            joined.countDown();
            // Then
            Await.until("the second has worked", () -> counted.get() > 0);
            Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
            assertThat(first.failure()).isEmpty();
        }
        assertThat(texts(target)).containsExactlyInAnyOrderElementsOf(values);
    }

    /** How many members of the group have partitions. */
    private static long ownerCount(KafkaTopic source) {
        return members(source).stream().filter(member -> !member.assignment().topicPartitions().isEmpty()).count();
    }

    private static Collection<MemberDescription> members(KafkaTopic source) {
        try {
            return admin.describeConsumerGroups(List.of(group(source))).describedGroups().get(group(source)).get().members();
        } catch (Exception e) {
            throw new IllegalStateException("the group of '" + source.name() + "' cannot be read", e);
        }
    }

    private static String text(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    @Test
    void goesOnWhereAnEarlierLoopOfTheInstanceStopped() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "restart-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "restart-out", 1);
        source.write(0, List.of("a"));
        try (TransactionalLoop first = loop(source, "a", 10, copying(target))) {
            first.start();
            Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
        }
        source.write(0, List.of("b"));
        // When
        try (TransactionalLoop second = loop(source, "a", 10, copying(target))) {
            second.start();
            // Then
            Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
        }
        assertThat(texts(target)).containsExactly("a", "b");
    }

    @Test
    void endsWhenAnotherLoopTakesItsInstance() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "fenced-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "fenced-out", 1);
        source.write(0, List.of("a"));
        try (TransactionalLoop first = loop(source, "a", 10, copying(target));
                TransactionalLoop second = loop(source, "a", 10, copying(target))) {
            first.start();
            Await.until("the first loop works", () -> committed(source).equals(source.ends()));
            // When
            second.start();
            // Then
            Await.until("the first loop has ended", () -> first.failure().isPresent());
            assertThat(first.failure().orElseThrow()).isInstanceOfSatisfying(Problem.class,
                    problem -> assertThat(problem.code()).isEqualTo("FENCED"))
                    .hasMessage("instance 'fenced-in-group-a' was taken by another process "
                            + "(expected: one process for each graft.replica.name)");
            source.write(0, List.of("b"));
            Await.until("the second loop works", () -> committed(source).equals(source.ends()));
            assertThat(second.failure()).isEmpty();
        }
        assertThat(texts(target)).containsExactly("a", "b");
    }

    @Test
    void endsWhenATopicDoesNotTakeARecord() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "large-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "large-out", 1, Map.of("max.message.bytes", "100000"));
        source.write(0, List.of("a", "b"));
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(
                    copied(batch, target, new AtomicInteger()).records());
            records.add(new ProducerRecord<>(target.name(), new byte[10], new byte[200_000]));
            return new TransactionalLoop.Result(records, () -> {
            });
        };
        try (TransactionalLoop loop = loop(source, "a", 10, handler)) {
            // When
            loop.start();
            // Then
            Await.until("the loop has ended", () -> loop.failure().isPresent());
            assertThat(loop.failure().orElseThrow()).isInstanceOfSatisfying(Problem.class,
                    problem -> assertThat(problem.code()).isEqualTo("RECORD_TOO_LARGE"))
                    .hasMessage("topic 'large-out' does not take a record of 200010 bytes "
                            + "(expected: a max.message.bytes of the topic that has room for it)");
        }
        assertThat(committed(source).values()).allMatch(offset -> offset == 0);
        assertThat(texts(target)).isEmpty();
    }

    @Test
    void writesWhatItsHandlerSaysInThePlaceOfARecordThatATopicDoesNotTake() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "instead-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "instead-out", 1, Map.of("max.message.bytes", "100000"));
        String first = "first ".repeat(20);
        String last = "last ".repeat(20);
        source.write(0, List.of(first, "large", last, "large"));
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            List<ProducerRecord<byte[], byte[]>> records = batch.stream()
                    .map(record -> new ProducerRecord<>(target.name(), record.key(),
                            record.value().length < 20 ? new byte[200_000] : record.value()))
                    .toList();
            return orInstead(records, target);
        };
        // When
        follow(source, handler);
        // Then
        assertThat(texts(target)).containsExactly(first, "instead", last, "instead");
    }

    /** What is still to be sent when a record is refused fails as if it were refused too. */
    @Test
    void writesWhatComesBehindARecordThatATopicDoesNotTake() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "behind-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "behind-out", 1, Map.of("max.message.bytes", "100000"));
        source.write(0, List.of("a"));
        String small = "small ".repeat(2_000);
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            batch.forEach(record -> {
                records.add(new ProducerRecord<>(target.name(), new byte[200_000]));
                for (int i = 0; i < 500; i++) {
                    records.add(new ProducerRecord<>(target.name(), small.getBytes(StandardCharsets.UTF_8)));
                }
            });
            return orInstead(records, target);
        };
        // When
        follow(source, handler);
        // Then
        List<String> written = texts(target);
        assertThat(written).hasSize(501).startsWith("instead");
        assertThat(written.subList(1, written.size())).containsOnly(small);
    }

    @Test
    void goesOnBehindARecordWhoseKeyIsAsLargeAsItsTopicTakes() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "key-in", 2);
        KafkaTopic letters = KafkaTopic.create(broker, Topics.deadLetter(source.name()), 2);
        source.write(new ProducerRecord<>(source.name(), 0, new byte[1_048_400], new byte[0]));
        source.write(0, List.of("small"));
        TransactionalLoop.Handler handler = (batch, transactions) -> new TransactionalLoop.Result(batch.stream()
                .map(record -> DeadLetter.of(record, Problem.invalid("SAMPLE_KEY_INVALID", "sample key has no '/'"))).toList(),
                () -> {
                });
        // When
        follow(source, handler);
        // Then
        assertThat(letters.awaitCommits().readAll()).hasSize(2).anySatisfy(letter -> {
            assertThat(letter.key()).isNull();
            assertThat(letter.headers().lastHeader("dead-letter-key-omitted").value())
                    .isEqualTo("1048400".getBytes(StandardCharsets.UTF_8));
        }).anySatisfy(letter -> assertThat(letter.key()).isEqualTo("small".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void endsWithAnErrorOfItsHandler() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "error-in", 1);
        source.write(0, List.of("a"));
        TransactionalLoop.Handler handler = (batch, transactions) -> {
            throw new IllegalStateException("a mistake");
        };
        try (TransactionalLoop loop = loop(source, "a", 10, handler)) {
            // When
            loop.start();
            // Then
            Await.until("the loop has ended", () -> loop.failure().isPresent());
            assertThat(loop.failure().orElseThrow()).hasMessage("a mistake");
        }
    }

    @Test
    void closesWithoutAFailureWhileTheBrokerIsGone() {
        // Given
        KafkaTopic source = KafkaTopic.create(broker, "gone-in", 1);
        KafkaTopic target = KafkaTopic.create(broker, "gone-out", 1);
        source.write(0, List.of("a"));
        TransactionalLoop loop = loop(source, "a", 10, copying(target));
        loop.start();
        Await.until("the loop works", () -> committed(source).equals(source.ends()));
        broker.kill();
        // When
        loop.close();
        // Then
        broker.restart();
        assertThat(loop.failure()).isEmpty();
        assertThat(texts(target)).containsExactly("a");
    }

    private static TransactionalLoop loop(KafkaTopic source, String instance, int batchSize,
            TransactionalLoop.Handler handler) {
        return loop(source, instance, batchSize, handler, Map.of());
    }

    private static TransactionalLoop loop(KafkaTopic source, String instance, int batchSize,
            TransactionalLoop.Handler handler, Map<String, Object> settings) {
        Map<String, Object> config = new HashMap<>(settings);
        config.put("bootstrap.servers", broker.bootstrapServers());
        return new TransactionalLoop(config, source.name(), group(source), instance, batchSize, handler);
    }

    private static TransactionalLoop.Handler copying(KafkaTopic target) {
        return copying(target, new AtomicInteger());
    }

    private static TransactionalLoop.Handler copying(KafkaTopic target, AtomicInteger counted) {
        return (batch, transactions) -> copied(batch, target, counted);
    }

    private static TransactionalLoop.Result copied(List<ConsumerRecord<byte[], byte[]>> batch, KafkaTopic target,
            AtomicInteger counted) {
        List<ProducerRecord<byte[], byte[]>> copies = new ArrayList<>();
        batch.forEach(record -> copies.add(new ProducerRecord<>(target.name(), record.key(), record.value())));
        return new TransactionalLoop.Result(copies, () -> counted.addAndGet(batch.size()));
    }

    private static List<String> values() {
        return IntStream.range(0, RECORD_COUNT).mapToObj(number -> "value-" + number).toList();
    }

    /** Lets a loop work until its group has no lag; it goes on all the while. */
    private static void follow(KafkaTopic source, TransactionalLoop.Handler handler) {
        try (TransactionalLoop loop = loop(source, "a", 10, handler)) {
            loop.start();
            Await.until("the group has no lag", () -> committed(source).equals(source.ends()));
            assertThat(loop.failure()).isEmpty();
        }
    }

    /** Records, and {@code instead} for those that the topic does not take. */
    private static TransactionalLoop.Result orInstead(List<ProducerRecord<byte[], byte[]>> records, KafkaTopic target) {
        return new TransactionalLoop.Result(records, () -> {
        }, refused -> Optional.of(new ProducerRecord<>(target.name(), "instead".getBytes(StandardCharsets.UTF_8))));
    }

    private static List<String> texts(KafkaTopic topic) {
        return topic.awaitCommits().readAll().stream().map(TransactionalLoopTest::text).toList();
    }

    private static String group(KafkaTopic source) {
        return source.name() + "-group";
    }

    private static Map<TopicPartition, Long> committed(KafkaTopic source) {
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group(source))
                    .partitionsToOffsetAndMetadata().get();
            return offsets.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, offset -> offset.getValue().offset()));
        } catch (Exception e) {
            throw new IllegalStateException("the committed offsets of '" + source.name() + "' cannot be read", e);
        }
    }
}
