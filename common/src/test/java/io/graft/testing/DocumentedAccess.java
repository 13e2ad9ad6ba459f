package io.graft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;

/** What the OpenAPI document of a running service says of access, held against what the service answers. */
public final class DocumentedAccess {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete");
    /** How often a call is tried before it counts as one that is not refused: a limit on calls forgives one now and then. */
    private static final int TRY_COUNT = 200;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI root;
    private final JsonNode document;

    /** @param apiKey of a client that may read the document */
    public DocumentedAccess(URI root, String apiKey) {
        this.root = root;
        this.document = read(answer("GET", "/q/openapi?format=json", Optional.of(apiKey)).body());
    }

    private static JsonNode read(String json) {
        try {
            return Json.LENIENT.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The document itself. */
    public JsonNode document() {
        return document;
    }

    /**
     * The calls of which document and service say different things.
     *
     * @param status of a refusal, which each call answers to one of the clients or does not answer
     * @param apiKeys of those clients; absent: nobody's
     */
    public List<String> differences(int status, List<Optional<String>> apiKeys) {
        List<String> differences = new ArrayList<>();
        document.get("paths").properties().forEach(path -> path.getValue().properties().stream()
                .filter(operation -> METHODS.contains(operation.getKey())).forEach(operation -> {
                    String method = operation.getKey().toUpperCase(Locale.ROOT);
                    JsonNode documented = operation.getValue().path("responses").path(String.valueOf(status));
                    String call = method + " " + path.getKey();
                    refusal(method, filled(path, operation.getValue()), status, apiKeys).ifPresentOrElse(
                            answer -> compare(call, documented, answer).ifPresent(differences::add), () -> {
                                if (!documented.isMissingNode()) {
                                    differences.add(call + " does not answer " + status);
                                }
                            });
                }));
        return differences;
    }

    private Optional<HttpResponse<String>> refusal(String method, String path, int status, List<Optional<String>> apiKeys) {
        for (int i = 0; i < TRY_COUNT; i++) {
            for (Optional<String> apiKey : apiKeys) {
                HttpResponse<String> answer = answer(method, path, apiKey);
                if (answer.statusCode() == status) {
                    return Optional.of(answer);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> compare(String call, JsonNode documented, HttpResponse<String> answer) {
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        if (documented.isMissingNode() || !documented.path("content").has(type)) {
            return Optional.of(call + " answers " + answer.statusCode() + " of type " + type);
        }
        return documented.path("headers").properties().stream().map(Map.Entry::getKey)
                .filter(header -> answer.headers().firstValue(header).isEmpty()).findFirst()
                .map(header -> call + " answers " + answer.statusCode() + " without " + header);
    }

    private static String filled(Map.Entry<String, JsonNode> path, JsonNode operation) {
        String filled = path.getKey();
        for (JsonNode parameter : operation.path("parameters")) {
            filled = filled.replace("{" + parameter.get("name").textValue() + "}", parameter.path("example").asText("1"));
        }
        return filled;
    }

    private HttpResponse<String> answer(String method, String path, Optional<String> apiKey) {
        HttpRequest.Builder request = HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .method(method, method.startsWith("P") ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
        apiKey.ifPresent(key -> request.header("X-API-Key", key));
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
