package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While the broker is away nothing is red, however many events people send. */
class BrokerAwayIT {

    private static final int POST_COUNT = 300;
    /** Events on their way at once. */
    private static final int WAITING_COUNT = 100;
    private static final List<String> PROBES = List.of("/q/health/live", "/q/health/ready", "/q/health/started");

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

            // Then: probes are answered while as many events as may be wait for the broker
            StackClient.until("all others are refused", () -> doneCount(answers) >= POST_COUNT - WAITING_COUNT);
            assertGreen(trainer, inference);
            assertThat(doneCount(answers)).isEqualTo(POST_COUNT - WAITING_COUNT);
            StackClient.until("every call is answered", () -> {
                assertGreen(trainer, inference);
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

    private static long doneCount(List<CompletableFuture<HttpResponse<String>>> answers) {
        return answers.stream().filter(CompletableFuture::isDone).count();
    }

    private CompletableFuture<HttpResponse<String>> post(URI trainer) {
        return http.sendAsync(
                HttpRequest.newBuilder(trainer.resolve("/v1/tasks/birds/samples/wren?label=wren"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"vector\":[1,0]}")).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void assertGreen(URI... services) {
        List<CompletableFuture<HttpResponse<String>>> answers = Stream.of(services)
                .flatMap(service -> PROBES.stream().map(service::resolve)).map(this::get).toList();
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join().statusCode())
                .as("%s says %s", answer.join().uri(), answer.join().body()).isEqualTo(200));
    }

    private CompletableFuture<HttpResponse<String>> get(URI uri) {
        return http.sendAsync(HttpRequest.newBuilder(uri).timeout(StackClient.LIMIT).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
