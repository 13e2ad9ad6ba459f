package io.graft.inference.stream;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * How often requests have waited for memory in vain, for each partition by itself since something of it was committed: what is
 * done of others says nothing of it. Thread-safe.
 */
final class MemoryWaits {

    private final ConcurrentMap<TopicPartition, Wait> waits = new ConcurrentHashMap<>();

    /** Of the partition from an offset on, which is the first that is not committed. */
    private record Wait(long firstOffset, int count) {
    }

    /** Where a batch begins in each of its partitions. */
    static Map<TopicPartition, Long> firstOffsets(List<ConsumerRecord<byte[], byte[]>> batch) {
        Map<TopicPartition, Long> first = new HashMap<>();
        batch.forEach(record -> first.merge(partition(record), record.offset(), Math::min));
        return first;
    }

    static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    int count(TopicPartition partition, long firstOffset) {
        Wait wait = waits.get(partition);
        return wait != null && wait.firstOffset == firstOffset ? wait.count : 0;
    }

    void add(TopicPartition partition, long firstOffset) {
        waits.put(partition, new Wait(firstOffset, count(partition, firstOffset) + 1));
    }

    void committed(TopicPartition partition) {
        waits.remove(partition);
    }
}
