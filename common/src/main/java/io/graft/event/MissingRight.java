package io.graft.event;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/** The broker refuses what a client's user has no right to, in a sentence that says which: that of the client does not. */
public final class MissingRight extends AuthorizationException {

    private static final long serialVersionUID = 1L;

    private MissingRight(String message, AuthorizationException cause) {
        super(message, cause);
    }

    /** What a client has met, or this where a right is missing. */
    public static Throwable explain(Throwable met, Map<String, Object> clientConfig, AclOperation onTopics) {
        return find(met, clientConfig, onTopics).<Throwable> map(found -> found).orElse(met);
    }

    /** What a client has thrown, or this where a right is missing. */
    public static RuntimeException explain(RuntimeException thrown, Map<String, Object> clientConfig, AclOperation onTopics) {
        return find(thrown, clientConfig, onTopics).<RuntimeException> map(found -> found).orElse(thrown);
    }

    /**
     * Looks among the causes.
     *
     * @param clientConfig of the client
     * @param onTopics what the client does with topics: {@code READ} or {@code WRITE}
     */
    public static Optional<MissingRight> find(Throwable thrown, Map<String, Object> clientConfig, AclOperation onTopics) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof MissingRight known) {
                return Optional.of(known);
            }
            if (cause instanceof AuthorizationException refusal) {
                return Optional.of(new MissingRight("user '" + ClientUser.of(clientConfig) + "' may not "
                        + what(refusal, clientConfig, onTopics) + " (expected: a right of the broker that lets it)", refusal));
            }
        }
        return Optional.empty();
    }

    /** User, operation and what it was for. */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    private static String what(AuthorizationException refusal, Map<String, Object> clientConfig, AclOperation onTopics) {
        if (refusal instanceof TopicAuthorizationException topics) {
            Set<String> names = new TreeSet<>(topics.unauthorizedTopics());
            return name(onTopics) + " the topic " + (names.isEmpty() ? "of its last request" : quoted(names));
        }
        if (refusal instanceof GroupAuthorizationException group) {
            return "Read the group '" + group.groupId() + "'";
        }
        if (refusal instanceof TransactionalIdAuthorizationException) {
            return "Write the transactional id '" + clientConfig.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG) + "'";
        }
        if (refusal instanceof ClusterAuthorizationException) {
            return "IdempotentWrite the cluster";
        }
        return "do this: " + refusal.getMessage();
    }

    private static String quoted(Set<String> names) {
        return "'" + String.join("', '", names) + "'";
    }

    /** As the tools of Kafka and the manifests spell it. */
    private static String name(AclOperation operation) {
        return operation.name().charAt(0) + operation.name().substring(1).toLowerCase(Locale.ROOT);
    }
}
