package io.graft.trainer.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import io.graft.event.ConsumerSettings;
import io.graft.event.GroupOffsets;
import io.graft.problem.Problem;

/**
 * A topic from what a group has committed to its end as of now: what is written meanwhile, also by the reader itself, is left
 * to the next one.
 */
final class LetterReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    private final Map<TopicPartition, Long> ends;
    private long heardAtNanos = System.nanoTime();

    /** Begins. @throws Problem MISSING {@code TOPIC_UNKNOWN} */
    LetterReader(Map<String, Object> kafka, String group, String topic) {
        Map<String, Object> config = ConsumerSettings.of(kafka);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.topic = topic;
        try {
            this.ends = begin();
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private Map<TopicPartition, Long> begin() {
        Set<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition())).collect(Collectors.toSet());
        if (partitions.isEmpty()) {
            throw Problem.missing("TOPIC_UNKNOWN", "topic '" + topic
                    + "' does not exist (expected: the dead letters of labelled-samples, train-requests or prediction-requests, behind their prefix)");
        }
        consumer.assign(partitions);
        GroupOffsets.seek(consumer, partitions);
        return consumer.endOffsets(partitions);
    }

    boolean isAtEnd() {
        return remainingCount() == 0;
    }

    /** Offsets that are still to be read; some of them may be markers of transactions. */
    long remainingCount() {
        return ends.entrySet().stream().mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey()))).sum();
    }

    /**
     * The next records; none when there were only markers.
     *
     * @throws Problem BUSY {@code BROKER_BUSY} when nothing came for a minute
     */
    List<ConsumerRecord<byte[], byte[]>> read() {
        consumer.pause(ends.keySet().stream().filter(partition -> consumer.position(partition) >= end(partition)).toList());
        long before = remainingCount();
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            if (record.offset() < end(new TopicPartition(record.topic(), record.partition()))) {
                records.add(record);
            }
        }
        if (remainingCount() < before) {
            heardAtNanos = System.nanoTime();
        } else if (System.nanoTime() - heardAtNanos > SILENCE_LIMIT.toNanos()) {
            throw Problem.busy("BROKER_BUSY", "topic '" + topic + "' could not be read for " + SILENCE_LIMIT.toSeconds()
                    + " s (expected: a broker that answers)");
        }
        return records;
    }

    /** Up to where the records that were handed out reach. */
    Map<TopicPartition, OffsetAndMetadata> progress() {
        return ends.keySet().stream().collect(Collectors.toMap(partition -> partition,
                partition -> new OffsetAndMetadata(Math.min(consumer.position(partition), end(partition)))));
    }

    private long end(TopicPartition partition) {
        return ends.getOrDefault(partition, 0L);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
