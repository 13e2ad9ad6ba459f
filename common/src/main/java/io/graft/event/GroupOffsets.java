package io.graft.event;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Where a group goes on. */
public final class GroupOffsets {

    private GroupOffsets() {
    }

    /**
     * Has a consumer read on at what its group has committed, and from the beginning where that is nothing.
     *
     * @param partitions that are assigned to the consumer
     * @return what is committed; null for a partition without
     */
    public static Map<TopicPartition, OffsetAndMetadata> seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(new HashSet<>(partitions));
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata offset = committed.get(partition);
            if (offset == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, offset);
            }
        }
        return committed;
    }
}
