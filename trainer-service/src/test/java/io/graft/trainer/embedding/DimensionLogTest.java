package io.graft.trainer.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.testing.Await;
import io.graft.testing.KafkaBroker;
import io.graft.testing.KafkaTopic;
import io.graft.testing.Records;

/** The dimensions of tasks on a real broker, with several replicas. */
class DimensionLogTest extends DimensionsContract {

    private static final Duration LIMIT = Await.LIMIT;
    private static final int TASK_COUNT = 200;

    private static KafkaBroker broker;
    private static KafkaProducer<byte[], byte[]> producer;

    private final String topic = "task-dimensions-" + UUID.randomUUID();
    private DimensionLog log;

    @BeforeAll
    static void startBroker(@TempDir Path dataDir) {
        broker = KafkaBroker.start(dataDir);
        producer = new KafkaProducer<>(connection(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterAll
    static void stopBroker() {
        producer.close();
        broker.close();
    }

    private static Map<String, Object> connection() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    @BeforeEach
    void openReplica() {
        KafkaTopic.create(broker, topic, 1);
        log = open("first");
    }

    @AfterEach
    void closeReplica() {
        log.close();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // as the service's producer of events
    private DimensionLog open(String name) {
        DimensionLog opened = new DimensionLog(name, connection(), topic, producer::send);
        opened.start();
        return opened;
    }

    @Override
    Dimensions dimensions() {
        return log;
    }

    @Test
    void settlesOnOneWhereReplicasWriteAtOnce() throws Exception {
        try (DimensionLog other = open("second")) {
            // When
            CompletableFuture<Map<TaskId, Integer>> twos = CompletableFuture.supplyAsync(() -> settleOneByOne(log, 2));
            CompletableFuture<Map<TaskId, Integer>> threes = CompletableFuture.supplyAsync(() -> settleOneByOne(other, 3));

            // Then
            Map<TaskId, Integer> settled = twos.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(settled).hasSize(TASK_COUNT).isEqualTo(threes.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
            try (DimensionLog later = open("third")) {
                assertThat(later.settle(all(4))).isEqualTo(settled);
            }
        }
    }

    private static Map<TaskId, Integer> settleOneByOne(Dimensions dimensions, int dimension) {
        Map<TaskId, Integer> settled = new HashMap<>();
        all(dimension).forEach((task, proposed) -> settled.putAll(dimensions.settle(Map.of(task, proposed))));
        return settled;
    }

    private static Map<TaskId, Integer> all(int dimension) {
        return IntStream.range(0, TASK_COUNT).boxed()
                .collect(Collectors.toMap(number -> new TaskId("task-" + number), number -> dimension));
    }

    @Test
    void remembersOverARestart() {
        // Given
        log.settle(Map.of(BIRDS, 3));

        // When
        try (DimensionLog restarted = open("first-again")) {
            // Then
            assertThat(restarted.settle(Map.of(BIRDS, 2))).isEqualTo(Map.of(BIRDS, 3));
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "")
    void takesAnotherOneBehindAnEmptyRecord(@Nullable String empty) {
        // Given
        log.settle(Map.of(BIRDS, 3));

        // When
        write("birds", empty == null ? null : Records.utf8(empty));

        // Then
        await().atMost(LIMIT).until(() -> log.settle(Map.of(BIRDS, 2)).get(BIRDS) == 2);
        try (DimensionLog restarted = open("first-again")) {
            assertThat(restarted.settle(Map.of(BIRDS, 4))).isEqualTo(Map.of(BIRDS, 2));
        }
    }

    @Test
    void skipsWhatIsNoDimension() {
        // Given
        write("birds", Records.utf8("{\"task\": \"birds\", \"dimension\": 0}"));
        write("birds", Records.utf8("three"));
        write("Not a task", Records.utf8("{\"task\": \"birds\", \"dimension\": 4}"));

        // When
        Map<TaskId, Integer> settled = log.settle(Map.of(BIRDS, 3));

        // Then
        assertThat(settled).isEqualTo(Map.of(BIRDS, 3));
        assertThat(log.failure()).isEmpty();
    }

    private void write(String key, byte @Nullable [] value) {
        try {
            producer.send(new ProducerRecord<>(topic, Topics.keyBytes(key), value)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
