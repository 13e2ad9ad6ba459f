package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;
import io.graft.head.Head;
import io.graft.id.TaskId;

/** One task swapped under load; {@code -Dgraft.load.swaps} says how often, 10,000 for the whole of it. */
class SwapsIT {

    private static final int SWAP_COUNT = Integer.getInteger("graft.load.swaps", 1_000);
    private static final int CLIENT_COUNT = 16;
    private static final TaskId TASK = new TaskId("swapped");
    private static final float[] VECTOR = { 0.25f, -1.5f, 3 };

    @TempDir
    private static Path folder;

    @Test
    void answersEveryRequestByAVersionThatWasPromotedWhileVersionsAreSwapped() throws Exception {
        try (ServingStack stack = ServingStack.start(folder, 1, List.of("-Xmx256m", "-Xms256m", "-XX:+AlwaysPreTouch"))) {
            int port = stack.replica().port();
            byte[] request = HttpConnection.post("/v1/tasks/" + TASK + "/predictions", "application/json",
                    StackClient.json(VECTOR));
            VersionSeries versions = new VersionSeries(TASK, UntrainedModel.vectors(VECTOR.length), SwapsIT::head);
            try (SwapSeries series = new SwapSeries(versions, stack.broker().bootstrapServers(), port)) {
                // Given
                series.swap();
                Clients clients = Clients.start(port, CLIENT_COUNT, Duration.ZERO, i -> new Checking(series, request));

                // When
                while (series.promotedCount() < SWAP_COUNT / 5) {
                    series.swap();
                }
                long warmBytes = stack.replica().cost().residentBytes();
                long begunAtNanos = System.nanoTime();
                while (series.promotedCount() < SWAP_COUNT && clients.failure() == null) {
                    series.swap();
                }
                double seconds = (System.nanoTime() - begunAtNanos) / 1e9;
                Clients.Round round = clients.stop();

                // Then
                long bytes = stack.replica().cost().residentBytes();
                System.out.printf(Locale.ROOT,
                        "%d swaps, the last four fifths in %.1f s, under %d answers; resident %d MB, after a fifth %d MB%n",
                        series.promotedCount(), seconds, round.count(), bytes >> 20, warmBytes >> 20);
                assertThat(swaps(stack, "swapped")).isEqualTo(series.promotedCount());
                assertThat(swaps(stack, "refused")).isZero();
                assertThat(bytes).isLessThan(warmBytes + warmBytes / 10);
            }
        }
    }

    private static double swaps(ServingStack stack, String outcome) {
        return new ServiceMetrics(stack.replica().uri()).sum("graft_model_swaps_total", Map.of("outcome", outcome));
    }

    private static Head head(int version) {
        return UntrainedModel.head(2, VECTOR.length, version);
    }

    /** One client: versions never go back, and each answers with its own probabilities. */
    private static final class Checking implements Clients.Script {

        private final SwapSeries series;
        private final byte[] request;
        private int version = 1;

        Checking(SwapSeries series, byte[] request) {
            this.series = series;
            this.request = request;
        }

        @Override
        public byte[] request(int number) {
            return request;
        }

        @Override
        public void answered(HttpConnection.Answer answer) throws IOException {
            Clients.Script.requireOk(answer);
            JsonNode prediction = Json.readLenient(answer.text().getBytes(StandardCharsets.UTF_8), JsonNode.class,
                    "ANSWER_INVALID", "prediction");
            int answering = prediction.path("version").asInt();
            assertThat(answering).isBetween(version, series.promotedCount());
            version = answering;
            Head head = head(answering);
            float[] expected = head.probabilities(VECTOR);
            for (JsonNode label : prediction.path("probabilities")) {
                assertThat(label.path("probability").floatValue()).as(answer::text)
                        .isEqualTo(expected[head.labels().indexOf(label.path("label").asText())]);
            }
            assertThat(prediction.path("probabilities")).hasSize(expected.length);
        }
    }
}
