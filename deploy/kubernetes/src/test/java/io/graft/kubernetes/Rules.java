package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The recording and alert rules of {@code deploy/observability}.
 *
 * @param all in their order
 */
record Rules(List<JsonNode> all) {

    static final String FOLDER = "deploy/observability";
    static final String FILE = FOLDER + "/graft.rules.yaml";

    static Rules read() {
        List<JsonNode> rules = new ArrayList<>();
        Checkout.yaml(FILE).get("groups").forEach(group -> group.get("rules").forEach(rules::add));
        return new Rules(rules);
    }

    List<JsonNode> alerts() {
        return all.stream().filter(rule -> rule.has("alert")).toList();
    }

    /** The names that recording rules give. */
    List<String> recorded() {
        return all.stream().filter(rule -> rule.has("record")).map(rule -> rule.get("record").asText()).distinct().toList();
    }

    List<String> expressions() {
        return all.stream().map(rule -> rule.get("expr").asText()).toList();
    }
}
