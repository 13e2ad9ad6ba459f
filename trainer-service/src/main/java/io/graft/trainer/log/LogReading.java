package io.graft.trainer.log;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import io.graft.event.ConsumerSettings;
import io.graft.event.MissingRight;
import io.graft.problem.Problem;

/**
 * Reads partitions once, up to where they end when reading begins: committed records, without a group. Thread-safe; each
 * reading has a consumer of its own.
 */
final class LogReading {

    private static final Duration POLL = Duration.ofMillis(200);
    /** A broker that says nothing for so long does not answer, however long the reading may take. */
    private static final Duration SILENCE_MAX = Duration.ofMinutes(1);

    private final Map<String, Object> consumerConfig;
    private final String clientName;
    private final Duration limit;
    private final Duration askLimit;

    /** Takes the records of a reading, and may end it early. */
    interface Reader {

        void take(ConsumerRecord<byte[], byte[]> record);

        /** Whether nothing further is wanted; asked between fetches. What it throws ends the reading. */
        default boolean isDone() {
            return false;
        }
    }

    /**
     * @param clientConfig connection settings: {@code bootstrap.servers} at least
     * @param fetchedCountMax records of one fetch
     * @param limit how long one reading may take
     */
    LogReading(Map<String, Object> clientConfig, String clientName, int fetchedCountMax, Duration limit) {
        this.consumerConfig = ConsumerSettings.of(clientConfig);
        consumerConfig.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, fetchedCountMax);
        this.clientName = clientName;
        this.limit = limit;
        this.askLimit = limit.compareTo(SILENCE_MAX) < 0 ? limit : SILENCE_MAX;
    }

    /** A consumer of nothing yet. @throws Problem BUSY when no broker is found */
    KafkaConsumer<byte[], byte[]> open() {
        Map<String, Object> config = new HashMap<>(consumerConfig);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientName + "-" + UUID.randomUUID());
        try {
            return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw problem("connecting", e);
        }
    }

    /**
     * All partitions of a topic, in their order.
     *
     * @throws Problem BUSY when the broker does not answer in time, BROKEN when it refuses, or has no such topic
     */
    List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<PartitionInfo> known;
        try {
            known = consumer.partitionsFor(topic, askLimit);
        } catch (KafkaException e) {
            throw problem("asking for the partitions of '" + topic + "'", e);
        }
        if (known == null || known.isEmpty()) {
            throw Problem.broken("TOPICS_UNFIT", "topic '" + topic + "' is not there");
        }
        return known.stream().map(each -> new TopicPartition(topic, each.partition()))
                .sorted((one, other) -> Integer.compare(one.partition(), other.partition())).toList();
    }

    /**
     * Reads.
     *
     * @param sinceMs timestamp before which no record is wanted, ms since 1970; absent: from the beginning
     * @throws Problem BUSY when the broker does not answer in time, BROKEN when it refuses
     */
    void read(KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions, OptionalLong sinceMs,
            Reader reader) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, askLimit);
            consumer.assign(partitions);
            seek(consumer, partitions, sinceMs, ends);
            long lastLeft = Long.MAX_VALUE;
            long lastNanos = System.nanoTime();
            for (long left = left(consumer, ends); left > 0 && !reader.isDone(); left = left(consumer, ends)) {
                if (System.nanoTime() > deadline) {
                    throw Problem.busy("LOG_READING_LATE", "reading " + partitions + " took longer than " + limit);
                }
                if (left < lastLeft) {
                    lastLeft = left;
                    lastNanos = System.nanoTime();
                } else if (System.nanoTime() - lastNanos > SILENCE_MAX.toNanos()) {
                    throw Problem.busy("BROKER_BUSY", "reading " + partitions + " brought nothing for " + SILENCE_MAX
                            + ", with " + left + " offsets left");
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                        reader.take(record);
                    }
                }
            }
        } catch (KafkaException e) {
            throw problem("reading " + partitions, e);
        }
    }

    private static long left(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey()))).sum();
    }

    private Problem problem(String what, KafkaException e) {
        return MissingRight.find(e, consumerConfig, AclOperation.READ)
                .map(missing -> Problem.broken("BROKER_REFUSES", missing.sentence(), e))
                .orElseGet(() -> Problem.busy("BROKER_BUSY", what + " failed: " + e.getMessage()));
    }

    private void seek(KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions, OptionalLong sinceMs,
            Map<TopicPartition, Long> ends) {
        if (sinceMs.isEmpty()) {
            consumer.seekToBeginning(partitions);
            return;
        }
        Map<TopicPartition, OffsetAndTimestamp> first = consumer.offsetsForTimes(partitions.stream()
                .collect(Collectors.toMap(partition -> partition, partition -> Math.max(0, sinceMs.getAsLong()))), askLimit);
        for (TopicPartition partition : partitions) {
            OffsetAndTimestamp found = first.get(partition);
            consumer.seek(partition, found == null ? ends.getOrDefault(partition, 0L) : found.offset());
        }
    }
}
