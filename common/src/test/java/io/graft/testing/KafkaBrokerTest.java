package io.graft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.problem.Problem;

class KafkaBrokerTest {

    private static final String TOPIC = "birds";
    private static final Duration LIMIT = Await.LIMIT;

    private final Path dataDir;

    KafkaBrokerTest(@TempDir Path dataDir) {
        this.dataDir = dataDir;
    }

    @Test
    void keepsRecordsThroughKillAndRestart() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(dataDir)) {
            // Given
            createTopic(broker);
            produce(broker, "a robin");
            String address = broker.bootstrapServers();
            // When
            broker.kill();
            broker.restart();
            // Then
            produce(broker, "a wren");
            assertThat(broker.bootstrapServers()).isEqualTo(address);
            assertThat(consume(broker, 2)).containsExactly("a robin", "a wren");
        }
    }

    @Test
    void servesWhatAnEarlierBrokerLeftInTheFolder() throws Exception {
        // Given
        try (KafkaBroker earlier = KafkaBroker.start(dataDir)) {
            createTopic(earlier);
            produce(earlier, "a robin");
        }
        // When
        try (KafkaBroker later = KafkaBroker.start(dataDir)) {
            // Then
            assertThat(consume(later, 1)).containsExactly("a robin");
        }
    }

    @Test
    void createsNoTopicByAccident() {
        try (KafkaBroker broker = KafkaBroker.start(dataDir); Admin admin = admin(broker)) {
            // When
            var described = admin.describeTopics(List.of("typo")).allTopicNames();
            // Then
            assertThatThrownBy(() -> described.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void namesThePortThatIsTaken() throws Exception {
        // Given
        try (ServerSocket other = new ServerSocket(Ports.free())) {
            // When
            assertThatThrownBy(() -> KafkaBroker.start(dataDir, other.getLocalPort()))
                    // Then
                    .isInstanceOf(Problem.class)
                    .hasMessage("broker cannot listen on port " + other.getLocalPort()
                            + ": another process does (expected: a free port)");
        }
    }

    @Test
    void showsTheEndOfTheLogWhenItDoesNotStart() {
        // Given
        Map<String, String> nonsense = Map.of("num.io.threads", "many");
        // When
        assertThatThrownBy(() -> KafkaBroker.start(dataDir, Ports.free(), nonsense))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessageContaining("ended with exit code 1")
                .hasMessageContaining("Invalid value many for configuration num.io.threads");
    }

    private static void createTopic(KafkaBroker broker) throws Exception {
        try (Admin admin = admin(broker)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void produce(KafkaBroker broker, String value) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers(), "acks", "all");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(TOPIC, value)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static List<String> consume(KafkaBroker broker, int count) {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        List<String> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = List.of(new TopicPartition(TOPIC, 0));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    private static Admin admin(KafkaBroker broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }
}
