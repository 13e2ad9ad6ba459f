package io.graft.local;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;

/** The OpenAPI document of a running service, held against the contract's table of its calls. */
final class OpenApiCheck {

    private static final String PROBLEM = "application/problem+json";
    private static final String OPEN_INFERENCE_ERROR = "application/json";

    private final JsonNode document;

    private OpenApiCheck(JsonNode document) {
        this.document = document;
    }

    /** @param yaml what the service answers at {@code /q/openapi} */
    static OpenApiCheck of(String yaml) {
        return new OpenApiCheck(Documents.yaml(yaml));
    }

    /**
     * A call that the document shows.
     *
     * @param path with the examples of its parameters in it
     * @param body absent where the call has none
     */
    record Call(String method, String path, Optional<byte[]> body) {

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** The calls of a service that the contract names, as in {@code GET /v1/tasks}. */
    static Set<String> contracted(String service) {
        Set<String> calls = new TreeSet<>();
        Documents.table(Documents.text("docs/CONTRACT.md"), "### " + service)
                .forEach(row -> calls.add(Documents.quoted(row.get(0)).get(0)));
        return calls;
    }

    /** The calls that the document has. */
    Set<String> documented() {
        Set<String> calls = new TreeSet<>();
        document.get("paths").properties().forEach(path -> operations(path.getValue())
                .forEach(operation -> calls.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return calls;
    }

    private static List<Map.Entry<String, JsonNode>> operations(JsonNode path) {
        return path.properties().stream()
                .filter(entry -> Set.of("get", "post", "put", "delete", "patch").contains(entry.getKey()))
                .toList();
    }

    /** What the document lacks that people need: a summary, an answer, the problems of every call that takes something. */
    List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        document.get("paths").properties().forEach(path -> operations(path.getValue()).forEach(operation -> {
            String call = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
            JsonNode responses = operation.getValue().path("responses");
            if (operation.getValue().path("summary").asText().isBlank()) {
                gaps.add(call + " has no summary");
            }
            if (responses.properties().stream().noneMatch(response -> response.getKey().startsWith("2"))) {
                gaps.add(call + " has no answer of success");
            }
            boolean takesSomething = path.getKey().contains("{") || operation.getValue().has("requestBody");
            String errorType = path.getKey().startsWith("/v2") ? OPEN_INFERENCE_ERROR : PROBLEM;
            if (takesSomething && responses.properties().stream().noneMatch(response -> isError(response, errorType))) {
                gaps.add(call + " has no answer of type " + errorType);
            }
            responses.properties().stream().filter(response -> response.getKey().startsWith("4"))
                    .filter(response -> !isError(response, errorType))
                    .forEach(response -> gaps.add(call + " answers " + response.getKey() + " without " + errorType));
        }));
        return gaps;
    }

    private static boolean isError(Map.Entry<String, JsonNode> response, String type) {
        return (response.getKey().startsWith("4") || response.getKey().startsWith("5"))
                && response.getValue().path("content").has(type);
    }

    /** Every call with the examples of its parameters, and once for each example of its body. */
    List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        document.get("paths").properties().forEach(path -> operations(path.getValue()).forEach(operation -> {
            String method = operation.getKey().toUpperCase(Locale.ROOT);
            String filled = filled(path, operation.getValue());
            JsonNode examples = operation.getValue().at("/requestBody/content").path("application/json").path("examples");
            examples.forEach(example -> calls.add(new Call(method, filled, Optional.of(bytes(example.get("value"))))));
            if (examples.isEmpty()) {
                calls.add(new Call(method, filled, Optional.empty()));
            }
        }));
        return calls;
    }

    private static byte[] bytes(JsonNode value) {
        return value.isTextual() ? value.textValue().getBytes(StandardCharsets.UTF_8) : Json.write(value);
    }

    private static String filled(Map.Entry<String, JsonNode> path, JsonNode operation) {
        String filled = path.getKey();
        StringBuilder query = new StringBuilder();
        List<JsonNode> parameters = new ArrayList<>();
        path.getValue().path("parameters").forEach(parameters::add);
        operation.path("parameters").forEach(parameters::add);
        for (JsonNode parameter : parameters) {
            String name = parameter.get("name").textValue();
            String example = parameter.path("example").asText();
            if (parameter.get("in").textValue().equals("path")) {
                filled = filled.replace("{" + name + "}", example);
            } else if (!example.isEmpty()) {
                query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(example);
            }
        }
        return filled + query;
    }
}
