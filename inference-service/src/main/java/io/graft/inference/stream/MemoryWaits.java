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

    /** What is known of a batch, which is its own to change. */
    final class OfBatch {

        private final Map<TopicPartition, Long> firstOffsets = new HashMap<>();

        private OfBatch(List<ConsumerRecord<byte[], byte[]>> batch) {
            batch.forEach(record -> firstOffsets.merge(partition(record), record.offset(), Math::min));
        }

        /** How often a request of it has waited. */
        int count(ConsumerRecord<byte[], byte[]> request) {
            return count(partition(request));
        }

        private int count(TopicPartition partition) {
            Wait wait = waits.get(partition);
            return wait != null && Long.valueOf(wait.firstOffset).equals(firstOffsets.get(partition)) ? wait.count : 0;
        }

        /** Requests of it have waited once more, which counts once for their partition. */
        void add(List<ConsumerRecord<byte[], byte[]>> requests) {
            requests.stream().map(MemoryWaits::partition).distinct().forEach(partition -> waits.put(partition,
                    new Wait(firstOffsets.getOrDefault(partition, 0L), count(partition) + 1)));
        }

        void committed() {
            waits.keySet().removeAll(firstOffsets.keySet());
        }
    }

    OfBatch of(List<ConsumerRecord<byte[], byte[]>> batch) {
        return new OfBatch(batch);
    }

    private static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }
}
