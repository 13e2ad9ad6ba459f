package io.graft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import io.graft.testing.Await;

/** Reads what a replica has written. */
final class TopicReader {

    private static final Duration LIMIT = Await.LIMIT;

    private final String bootstrapServers;

    TopicReader(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /** Committed records whose keys begin so, once there are as many, and not one more a moment later. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic, String keyPrefix, int count) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            await().atMost(LIMIT).until(() -> {
                poll(consumer, keyPrefix, found);
                return found.size() >= count;
            });
            poll(consumer, keyPrefix, found);
        }
        assertThat(found).hasSize(count);
        return found;
    }

    private static void poll(KafkaConsumer<byte[], byte[]> consumer, String keyPrefix,
            List<ConsumerRecord<byte[], byte[]>> found) {
        consumer.poll(Duration.ofMillis(300)).forEach(record -> {
            if (new String(record.key(), StandardCharsets.UTF_8).startsWith(keyPrefix)) {
                found.add(record);
            }
        });
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
