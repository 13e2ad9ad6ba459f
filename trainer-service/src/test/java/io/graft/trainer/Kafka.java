package io.graft.trainer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import io.graft.testing.Await;

/** A plain client of the test's broker. */
final class Kafka implements AutoCloseable {

    private static final Duration LIMIT = Await.LIMIT;

    private final String bootstrap = Objects.requireNonNull(System.getProperty(TrainerKafka.BOOTSTRAP));
    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap, "acks",
            "all"), new ByteArraySerializer(), new ByteArraySerializer());

    void send(String topic, String key, byte @Nullable [] value, String... headers) {
        send(new ProducerRecord<>(topic, bytes(key), value), headers);
    }

    /** @param timestampMs of the record, whenever it is sent */
    void sendAt(long timestampMs, String topic, String key, byte @Nullable [] value, String... headers) {
        send(new ProducerRecord<>(topic, null, timestampMs, bytes(key), value), headers);
    }

    void sendTo(int partition, String topic, String key, byte @Nullable [] value) {
        send(new ProducerRecord<>(topic, partition, bytes(key), value));
    }

    private void send(ProducerRecord<byte[], byte[]> record, String... headers) {
        for (int i = 0; i < headers.length; i += 2) {
            record.headers().add(headers[i], bytes(headers[i + 1]));
        }
        try {
            producer.send(record).get();
        } catch (Exception e) {
            throw new IllegalStateException("sending to " + record.topic() + " failed", e);
        }
    }

    void sendVector(String task, String id, String label, float... vector) {
        StringBuilder numbers = new StringBuilder();
        for (float number : vector) {
            numbers.append(numbers.isEmpty() ? "" : ",").append(number);
        }
        send("labelled-samples", task + "/" + id, bytes("{\"vector\":[" + numbers + "]}"), "label", label, "content-type",
                "application/json");
    }

    /** Fences whoever writes with a transactional id. */
    void takeTransactions(String transactionalId) {
        try (KafkaProducer<byte[], byte[]> other = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "transactional.id", transactionalId), new ByteArraySerializer(),
                new ByteArraySerializer())) {
            other.initTransactions();
        }
    }

    /** Reads a topic from its beginning, committed records only, until enough match. */
    List<ConsumerRecord<byte[], byte[]>> await(String topic, int count, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed", "auto.offset.reset", "earliest",
                        "client.id", UUID.randomUUID().toString()),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<PartitionInfo> partitions = consumer.partitionsFor(topic);
            consumer.assign(partitions.stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList());
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (found.size() < count) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (wanted.test(record)) {
                        found.add(record);
                    }
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(topic + " has " + found.size() + " of " + count + " records after " + LIMIT);
                }
            }
        }
        return found;
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    static String key(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
    }
}
