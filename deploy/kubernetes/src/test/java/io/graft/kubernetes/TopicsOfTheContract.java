package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;

/** The topics are those of {@code docs/asyncapi.yaml}, with its clean-up and partitions, and take what the services take. */
final class TopicsOfTheContract implements Check {

    private static final String DEAD_LETTER = "-dead-letter";

    @Override
    public List<String> violations(Manifests manifests) {
        Map<String, JsonNode> documented = documented();
        Map<String, JsonNode> made = made(manifests);
        List<String> violations = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(documented.keySet());
        names.addAll(made.keySet());
        int brokers = manifests.ofKind("KafkaNodePool").stream()
                .filter(pool -> pool.at("/spec/roles").toString().contains("broker"))
                .mapToInt(pool -> pool.at("/spec/replicas").asInt()).sum();
        for (String name : names) {
            if (!made.containsKey(name)) {
                violations.add("topic '" + name + "' of the contract is not made");
            } else if (!documented.containsKey(name)) {
                violations.add("topic '" + name + "' is made and not in the contract");
            } else {
                compare(violations, name, documented.get(name), made.get(name));
                int replicas = made.get(name).path("replicas").asInt();
                if (replicas < 1 || replicas > brokers) {
                    violations.add("topic '" + name + "' has " + replicas + " replicas (expected: 1 to " + brokers + ")");
                }
            }
        }
        requireRoom(violations, made, "labelled-samples", "trainer-service", "graft.embedding.sample-bytes-max");
        requireRoom(violations, made, "prediction-requests", "inference-service", "graft.prediction.content-bytes-max");
        return violations;
    }

    static Map<String, JsonNode> documented() {
        Map<String, JsonNode> topics = new TreeMap<>();
        Checkout.yaml("docs/asyncapi.yaml").get("channels").forEach(
                channel -> topics.put(channel.get("address").textValue(), channel.path("bindings").path("kafka")));
        return topics;
    }

    static Map<String, JsonNode> made(Manifests manifests) {
        Map<String, JsonNode> topics = new TreeMap<>();
        for (Manifest topic : manifests.ofKind("KafkaTopic")) {
            topics.put(topic.at("/spec").path("topicName").asText(topic.name()), topic.at("/spec"));
        }
        return topics;
    }

    private static void compare(List<String> violations, String name, JsonNode documented, JsonNode made) {
        JsonNode configuration = documented.path("topicConfiguration");
        require(violations, name, "cleanup.policy", configuration.path("cleanup.policy").path(0).asText(),
                made.path("config").path("cleanup.policy").asText());
        require(violations, name, "retention.ms", configuration.path("retention.ms").asText(),
                made.path("config").path("retention.ms").asText());
        require(violations, name, "partitions",
                documented.path("partitions").asText(ServiceKeys.of("trainer-service").usual("graft.topics.partitions")),
                made.path("partitions").asText());
    }

    private static void requireRoom(List<String> violations, Map<String, JsonNode> made, String topic, String service,
            String key) {
        long largest = Long.parseLong(ServiceKeys.of(service).usual(key));
        for (String each : List.of(topic, topic + DEAD_LETTER)) {
            long room = made.containsKey(each) ? made.get(each).path("config").path("max.message.bytes").asLong() : largest + 1;
            if (room <= largest) {
                violations.add("topic '" + each + "' has a max.message.bytes of " + room + " (expected: more than " + largest
                        + ", " + key + ")");
            }
        }
    }

    private static void require(List<String> violations, String topic, String what, String documented, String made) {
        if (!documented.equals(made)) {
            violations.add("topic '" + topic + "' has " + what + " '" + made + "' (expected: '" + documented
                    + "', as in the contract)");
        }
    }
}
