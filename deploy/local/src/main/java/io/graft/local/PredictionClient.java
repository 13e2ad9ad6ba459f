package io.graft.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/** Asks the inference-service over REST, as anybody can. */
public final class PredictionClient {

    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);

    private final URI service;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();

    /**
     * What the service answered.
     *
     * @param version of the model that answered
     * @param probability of the label, 0 to 1
     */
    public record Answer(String label, int version, double probability) {
    }

    public PredictionClient(URI service) {
        this.service = service;
    }

    /** Where to post for predictions of a task. */
    public URI address(TaskId task) {
        return service.resolve("/v1/tasks/" + task + "/predictions");
    }

    /**
     * Asks for the label of an image, a text or a vector.
     *
     * @throws Problem INVALID when the service says that the body is not one that it can answer for; BROKEN for any other
     *         answer
     *         than a prediction
     */
    public Answer predict(TaskId task, String contentType, byte[] body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address(task)).timeout(ANSWER_LIMIT).header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        JsonNode answer = Json.readLenient(response.body(), JsonNode.class, "ANSWER_INVALID", "answer of " + address(task));
        if (response.statusCode() == 200) {
            return new Answer(answer.path("label").asText(), answer.path("version").asInt(),
                    answer.path("probability").asDouble());
        }
        String detail = answer.path("detail").asText();
        if (response.statusCode() == 400 || response.statusCode() == 413 || response.statusCode() == 415) {
            throw Problem.invalid("PREDICTION_REFUSED", detail);
        }
        throw Problem.broken("PREDICTION_FAILED", address(task) + " answered " + response.statusCode() + ": " + detail);
    }
}
