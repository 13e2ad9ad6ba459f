package io.graft.trainer.queue;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

import io.graft.problem.Problem;

/**
 * Asks the broker how far a topic reaches and how far a group has come.
 * <p>
 * Ends are those of uncommitted readers: a committed transaction's marker may still be on its way, and its records count as
 * produced. A committed reader reaches such an end once the marker is there.
 */
final class Offsets {

    private static final long LIMIT_SECONDS = 60;

    private final Admin admin;

    Offsets(Admin admin) {
        this.admin = admin;
    }

    /**
     * By partition, the offset behind the last record.
     *
     * @throws Problem BUSY when the broker does not answer
     */
    Map<TopicPartition, Long> ends(Collection<String> topics) {
        List<TopicPartition> partitions = get(admin.describeTopics(topics).allTopicNames(), "describing topics").values()
                .stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                .toList();
        return ends(partitions);
    }

    private Map<TopicPartition, Long> ends(List<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> latest = partitions.stream()
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)).all(), "listing offsets")
                .forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }

    /** The end of one partition. */
    Map<TopicPartition, Long> end(TopicPartition partition) {
        return ends(List.of(partition));
    }

    /** How many offsets a group still has before these. */
    long remainingCount(String group, String topic, Map<Integer, Long> until) {
        Map<TopicPartition, OffsetAndMetadata> committed = get(
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(), "listing the offsets of group " + group);
        long remaining = 0;
        for (Map.Entry<Integer, Long> end : until.entrySet()) {
            OffsetAndMetadata offset = committed.get(new TopicPartition(topic, end.getKey()));
            remaining += Math.max(0, end.getValue() - (offset == null ? 0 : offset.offset()));
        }
        return remaining;
    }

    private static <T> T get(KafkaFuture<T> future, String what) {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException) {
                throw Problem.busy("BROKER_BUSY", what + " failed: " + e.getCause().getMessage());
            }
            throw Problem.broken("BROKER_REFUSES", what + " failed: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw Problem.busy("BROKER_BUSY", what + " took longer than " + LIMIT_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy("BROKER_BUSY", what + " was interrupted");
        }
    }
}
