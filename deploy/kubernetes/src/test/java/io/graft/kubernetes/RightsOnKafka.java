package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Each Kafka user has rights on what there is alone, and both services and the command redrive exactly those that they need.
 */
final class RightsOnKafka implements Check {

    private static final Pattern GROUP = Pattern.compile("String GROUP = \"(graft-[a-z-]+)\"");
    private static final Pattern TRANSACTIONAL_ID = Pattern.compile("String TRANSACTIONAL_ID = \"(graft-[a-z/-]+)\"");
    private static final String REDRIVE = "graft-redrive";
    private static final String READER = "graft-reader-";

    private record Right(String operation, String type, String name) {

        @Override
        public String toString() {
            return operation + " the " + type + " '" + name + "'";
        }
    }

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
            compare(violations, manifests, "graft-" + service, "the service", needed(service));
        }
        compare(violations, manifests, REDRIVE, "the command", neededByRedrive());
        return violations;
    }

    private static void checkRule(List<String> violations, Manifest user, JsonNode rule, Set<String> topics,
            Set<String> groups) {
        String type = rule.at("/resource/type").asText();
        String name = rule.at("/resource/name").asText();
        boolean prefix = rule.at("/resource/patternType").asText().equals("prefix");
        Set<String> transactionalIds = groups.stream().map(RightsOnKafka::prefix)
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
            if (!Set.of("Read", "Write", "Describe", "DescribeConfigs").contains(operation.asText())) {
                violations.add(user + " may " + operation.asText() + " the " + type + " '" + name
                        + "' (expected: Read, Write, Describe or DescribeConfigs)");
            }
        });
    }

    private static void compare(List<String> violations, Manifests manifests, String name, String who, Set<Right> needed) {
        Set<Right> given = manifests.find("KafkaUser", name).map(RightsOnKafka::given).orElse(Set.of());
        String user = "KafkaUser '" + name + "'";
        needed.stream().filter(right -> !given.contains(right))
                .forEach(right -> violations.add(user + " may not " + right + ", which " + who + " does"));
        given.stream().filter(right -> !needed.contains(right))
                .forEach(right -> violations.add(user + " may " + right + ", which " + who + " does not"));
    }

    /**
     * What the first table of the operations guide says, what the code is called towards the broker, and how large a version
     * may be: all of it, no more.
     */
    private static Set<Right> needed(String service) {
        Set<Right> needed = new LinkedHashSet<>();
        List<String> row = Checkout.table(Checkout.text("docs/operations.md"), "# Operations").stream()
                .filter(cells -> cells.get(0).equals(service + "-service")).findFirst().orElseThrow();
        Checkout.quoted(row.get(2)).forEach(topic -> needed.add(new Right("Read", "topic", topic)));
        Checkout.quoted(row.get(3)).forEach(topic -> needed.add(new Right("Write", "topic", topic)));
        if (service.equals("trainer")) {
            needed.add(new Right("DescribeConfigs", "topic", "model-ready"));
        }
        Set<String> transactionalIds = named(TRANSACTIONAL_ID, service);
        for (String group : named(GROUP, service)) {
            if (!group.equals(REDRIVE)) {
                needed.add(new Right("Read", "group", group));
                transactionalIds.add(prefix(group));
            }
        }
        transactionalIds.stream()
                .filter(id -> transactionalIds.stream().noneMatch(each -> !each.equals(id) && id.startsWith(each)))
                .forEach(id -> needed.add(new Right("Write", "transactionalId", id)));
        return needed;
    }

    /** Both topics of each that the table of commands names. */
    private static Set<Right> neededByRedrive() {
        Set<Right> needed = new LinkedHashSet<>();
        String does = Checkout.table(Checkout.text("docs/operations.md"), "## Commands").stream()
                .filter(cells -> cells.get(0).equals("`redrive`")).map(cells -> cells.get(1)).findFirst().orElseThrow();
        for (String quoted : Checkout.quoted(does)) {
            String topic = quoted.replaceFirst("^--topic ", "");
            if (!topic.startsWith("--")) {
                for (String each : List.of(topic, topic + "-dead-letter")) {
                    needed.add(new Right("Read", "topic", each));
                    needed.add(new Right("Write", "topic", each));
                }
            }
        }
        needed.add(new Right("Read", "group", REDRIVE));
        needed.add(new Right("Write", "transactionalId", prefix(REDRIVE)));
        return needed;
    }

    private static Set<Right> given(Manifest user) {
        Set<Right> given = new LinkedHashSet<>();
        for (JsonNode rule : user.at("/spec/authorization/acls")) {
            rule.path("operations").forEach(operation -> given.add(new Right(operation.asText(),
                    rule.at("/resource/type").asText(), rule.at("/resource/name").asText())));
        }
        return given;
    }

    /** Of the transactional ids of a group's readers. */
    private static String prefix(String group) {
        return group.endsWith("-") ? group : group + "-";
    }

    private static Set<String> named(Pattern constant, String service) {
        return Checkout.sources(service + "-service").stream().flatMap(source -> constant.matcher(source).results())
                .map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
