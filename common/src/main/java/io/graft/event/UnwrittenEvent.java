package io.graft.event;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.common.acl.AclOperation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.problem.Problem;

/** What is said to whoever waits for an event to be written that the broker did not take. */
public final class UnwrittenEvent {

    private static final Logger LOG = LoggerFactory.getLogger(UnwrittenEvent.class);

    private UnwrittenEvent() {
    }

    /**
     * Logs the cause, unless what is said names it.
     *
     * @param clientConfig of the producer
     * @param limit how long it was waited for
     * @return BROKEN {@code BROKER_REFUSES} where the user lacks the right, else BUSY {@code BROKER_BUSY}
     */
    public static Problem problem(String topic, Exception cause, Map<String, Object> clientConfig, Duration limit) {
        Optional<MissingRight> missing = MissingRight.find(cause, clientConfig, AclOperation.WRITE);
        if (missing.isPresent()) {
            return Problem.broken("BROKER_REFUSES", missing.get().sentence(), missing.get());
        }
        LOG.warn("Event not written topic={} reason=\"{}\"", topic, cause.getMessage());
        return Problem.busy("BROKER_BUSY", "the broker did not take the event within " + limit.toSeconds() + " s");
    }
}
