package io.graft.kubernetes;

import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

/** One object of Kubernetes, as YAML says it. */
record Manifest(JsonNode node) {

    String kind() {
        return node.path("kind").asText();
    }

    String apiVersion() {
        return node.path("apiVersion").asText();
    }

    String name() {
        return node.at("/metadata/name").asText();
    }

    /** What is at a JSON pointer; missing where nothing is. */
    JsonNode at(String pointer) {
        return node.at(pointer);
    }

    Map<String, String> labels(String pointer) {
        return map(at(pointer));
    }

    static Map<String, String> map(JsonNode object) {
        Map<String, String> map = new LinkedHashMap<>();
        object.properties().forEach(property -> map.put(property.getKey(), property.getValue().asText()));
        return map;
    }

    @Override
    public String toString() {
        return kind() + " '" + name() + "'";
    }
}
