package io.graft.event;

import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer with a name of its own, and how it goes. The group keeps the partitions of such a member for the time of a
 * session, since it may come back; whoever knows that it goes gives them away at once. For one thread.
 */
public final class GroupMembership implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final BooleanSupplier leaving;

    /** @param leaving asked at the close: whether others shall have the partitions now */
    public GroupMembership(Map<String, Object> consumerConfig, BooleanSupplier leaving) {
        this.consumer = new KafkaConsumer<>(consumerConfig, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.leaving = leaving;
    }

    public KafkaConsumer<byte[], byte[]> consumer() {
        return consumer;
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(LIMIT).withGroupMembershipOperation(
                leaving.getAsBoolean() ? GroupMembershipOperation.LEAVE_GROUP : GroupMembershipOperation.DEFAULT));
    }
}
