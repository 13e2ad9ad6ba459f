package io.graft.event;

import java.time.Duration;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * How a consumer with a name of its own goes. The group keeps the partitions of such a member for the time of a session, since
 * it may come back; whoever knows that it goes gives them away at once.
 */
public final class GroupExit {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private GroupExit() {
    }

    /**
     * Closes.
     *
     * @param leaving whether others shall have its partitions now
     */
    public static void close(Consumer<?, ?> consumer, boolean leaving) {
        consumer.close(CloseOptions.timeout(LIMIT).withGroupMembershipOperation(
                leaving ? GroupMembershipOperation.LEAVE_GROUP : GroupMembershipOperation.DEFAULT));
    }
}
