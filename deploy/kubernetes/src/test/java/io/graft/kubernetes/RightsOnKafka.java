package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;

/** Each Kafka user has the rights that it needs, on what there is, and none on everything. */
final class RightsOnKafka implements Check {

    private static final Pattern GROUP = Pattern.compile("String GROUP = \"(graft-[a-z-]+)\"");
    private static final Pattern TRANSACTIONAL_ID = Pattern.compile("String TRANSACTIONAL_ID = \"(graft-[a-z-]+)\"");
    private static final String REDRIVE = "graft-redrive";
    private static final String READER = "graft-reader-";

    @Override
    public List<String> violations(Manifests manifests) {
        List<String> violations = new ArrayList<>();
        Set<String> topics = TopicsOfTheContract.made(manifests).keySet();
        Set<String> groups = new TreeSet<>(Set.of(READER));
        for (String service : List.of("trainer", "inference")) {
            groups.addAll(named(GROUP, service));
        }
        for (Manifest user : manifests.ofKind("KafkaUser")) {
            if (!user.at("/spec/authorization/type").asText().equals("simple") || !user.at("/spec").has("authentication")) {
                violations.add(user + " has no authentication or no simple authorization");
            }
            for (JsonNode rule : user.at("/spec/authorization/acls")) {
                checkRule(violations, user, rule, topics, groups);
            }
        }
        for (String service : List.of("trainer", "inference")) {
            checkNeeds(violations, manifests, service);
        }
        return violations;
    }

    private static void checkRule(List<String> violations, Manifest user, JsonNode rule, Set<String> topics,
            Set<String> groups) {
        String type = rule.at("/resource/type").asText();
        String name = rule.at("/resource/name").asText();
        boolean prefix = rule.at("/resource/patternType").asText().equals("prefix");
        Set<String> transactionalIds = groups.stream().map(group -> group.endsWith("-") ? group : group + "-")
                .collect(Collectors.toCollection(TreeSet::new));
        transactionalIds.addAll(named(TRANSACTIONAL_ID, "trainer"));
        boolean known = switch (type) {
            case "topic" -> !prefix && topics.contains(name);
            case "group" -> groups.contains(name) && prefix == name.endsWith("-");
            case "transactionalId" -> prefix && transactionalIds.contains(name);
            default -> false;
        };
        if (!known) {
            violations.add(user + " has a right on the " + type + " '" + name + "', which is not there");
        }
        rule.path("operations").forEach(operation -> {
            if (!Set.of("Read", "Write", "Describe").contains(operation.asText())) {
                violations.add(user + " may " + operation.asText() + " the " + type + " '" + name
                        + "' (expected: Read, Write or Describe)");
            }
        });
    }

    /** What the first table of the operations guide says, and what the code is called towards the broker. */
    private static void checkNeeds(List<String> violations, Manifests manifests, String service) {
        List<String> row = Checkout.table(Checkout.text("docs/operations.md"), "# Operations").stream()
                .filter(cells -> cells.get(0).equals(service + "-service")).findFirst().orElseThrow();
        Checkout.quoted(row.get(2)).forEach(topic -> require(violations, manifests, service, "topic", topic, "Read"));
        Checkout.quoted(row.get(3)).forEach(topic -> require(violations, manifests, service, "topic", topic, "Write"));
        for (String group : named(GROUP, service)) {
            if (!group.equals(REDRIVE)) {
                require(violations, manifests, service, "group", group, "Read");
                require(violations, manifests, service, "transactionalId", group.endsWith("-") ? group : group + "-", "Write");
            }
        }
        named(TRANSACTIONAL_ID, service)
                .forEach(id -> require(violations, manifests, service, "transactionalId", id, "Write"));
    }

    private static void require(List<String> violations, Manifests manifests, String service, String type, String name,
            String operation) {
        boolean allowed = manifests.find("KafkaUser", "graft-" + service).stream()
                .flatMap(user -> {
                    List<JsonNode> rules = new ArrayList<>();
                    user.at("/spec/authorization/acls").forEach(rules::add);
                    return rules.stream();
                })
                .anyMatch(rule -> rule.at("/resource/type").asText().equals(type)
                        && rule.at("/resource/name").asText().equals(name)
                        && rule.path("operations").toString().contains("\"" + operation + "\""));
        if (!allowed) {
            violations.add("KafkaUser 'graft-" + service + "' may not " + operation + " the " + type + " '" + name
                    + "', which the service does");
        }
    }

    private static Set<String> named(Pattern constant, String service) {
        return Checkout.sources(service + "-service").stream().flatMap(source -> constant.matcher(source).results())
                .map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
