package io.graft.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** The rights that the manifests give, as Strimzi hands them to the broker. */
final class KafkaUsers {

    private static final String MANIFESTS = "deploy/kubernetes/base/kafka/users.yaml";

    private KafkaUsers() {
    }

    /** By user. */
    static Map<String, List<AclBinding>> rights() {
        Map<String, List<AclBinding>> rights = new TreeMap<>();
        try {
            new YAMLMapper().readerFor(JsonNode.class).<JsonNode> readValues(Documents.text(MANIFESTS))
                    .forEachRemaining(user -> rights.put(name(user), rights(user)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rights;
    }

    private static String name(JsonNode user) {
        return user.at("/metadata/name").asText();
    }

    private static List<AclBinding> rights(JsonNode user) {
        List<AclBinding> rights = new ArrayList<>();
        for (JsonNode rule : user.at("/spec/authorization/acls")) {
            JsonNode resource = rule.path("resource");
            ResourcePattern pattern = new ResourcePattern(type(resource.path("type").asText()),
                    resource.path("name").asText(),
                    resource.path("patternType").asText().equals("prefix") ? PatternType.PREFIXED : PatternType.LITERAL);
            rule.path("operations").forEach(operation -> rights.add(new AclBinding(pattern, right(name(user),
                    AclOperation.fromString(operation.asText().replaceAll("(?<=[a-z])(?=[A-Z])", "_"))))));
        }
        return rights;
    }

    private static ResourceType type(String type) {
        return type.equals("transactionalId") ? ResourceType.TRANSACTIONAL_ID
                : ResourceType.valueOf(type.toUpperCase(Locale.ROOT));
    }

    private static AccessControlEntry right(String user, AclOperation operation) {
        return new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW);
    }

    /** A right of a user on a topic. */
    static AclBinding onTopic(String user, AclOperation operation, String topic) {
        return new AclBinding(new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL), right(user, operation));
    }
}
