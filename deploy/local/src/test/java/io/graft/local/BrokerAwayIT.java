package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While the broker is away nothing is red, however many events people send. */
class BrokerAwayIT {

    private static final int POST_COUNT = 300;
    /** Well below the time that an event may take. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(15);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void answersProbesWhileEventsCannotGoOut(@TempDir Path folder) throws Exception {
        try (LocalStack stack = LocalStack.start(folder)) {
            // Given
            URI trainer = stack.trainer().uri();
            URI inference = stack.inference().uri();
            StackClient.until("events go out", () -> post(trainer).join().statusCode() == 202);
            stack.broker().kill();

            // When
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, POST_COUNT)
                    .mapToObj(i -> post(trainer)).toList();

            // Then
            StackClient.until("every call is answered", () -> {
                for (String probe : List.of("live", "ready", "started")) {
                    assertGreen(trainer.resolve("/q/health/" + probe));
                    assertGreen(inference.resolve("/q/health/" + probe));
                }
                return answers.stream().allMatch(CompletableFuture::isDone);
            });
            assertThat(answers).allSatisfy(answer -> {
                assertThat(answer.join().statusCode()).isEqualTo(503);
                assertThat(answer.join().headers().firstValue("Retry-After")).isPresent();
                assertThat(answer.join().body()).contains("\"code\":\"BROKER_BUSY\"");
            });
            assertThat(answers).anySatisfy(answer -> assertThat(answer.join().body()).contains("events are on their way"))
                    .anySatisfy(answer -> assertThat(answer.join().body()).contains("did not take the event within 20 s"));

            // When
            stack.broker().restart();

            // Then
            StackClient.until("events go out again", () -> post(trainer).join().statusCode() == 202);
        }
    }

    private CompletableFuture<HttpResponse<String>> post(URI trainer) {
        return http.sendAsync(
                HttpRequest.newBuilder(trainer.resolve("/v1/tasks/birds/samples/wren?label=wren"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"vector\":[1,0]}")).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void assertGreen(URI probe) {
        HttpResponse<String> answer = http.sendAsync(HttpRequest.newBuilder(probe).timeout(PROBE_LIMIT).build(),
                HttpResponse.BodyHandlers.ofString()).join();
        assertThat(answer.statusCode()).as(probe + " says " + answer.body()).isEqualTo(200);
    }
}
