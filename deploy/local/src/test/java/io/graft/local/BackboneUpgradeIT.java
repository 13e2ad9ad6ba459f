package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.backbone.Backbones;
import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;

/** A task goes to another backbone under load, while two trainers share the work and the one that embeds is killed. */
class BackboneUpgradeIT {

    private static final TaskId TASK = new TaskId("upgraded");
    private static final int COUNT_OF_A_LABEL = 80;
    private static final String RECIPE = "\"recipe\":{\"optimizer\":\"sgd\",\"epochs\":3},\"promotion\":{\"policy\":\"always\"}";

    @TempDir
    private static Path folder;

    @Test
    void answersEveryRequestWhileATaskGoesToAnotherBackboneAndItsTrainerIsKilled() throws Exception {
        Path weights = folder.resolve("weights.safetensors");
        try (InputStream bundled = Objects
                .requireNonNull(Backbones.class.getResourceAsStream("resnet18-small-images.safetensors"))) {
            Files.copy(bundled, weights);
        }
        // The bundled weights on images of half the side are another backbone.
        Map<String, String> half = Map.of("graft.backbones.half.weights", weights.toString(), "graft.backbones.half.resize",
                "80", "graft.backbones.half.crop", "64");
        try (LocalStack stack = LocalStack.start(folder, StackPorts.free(), half);
                StackClient client = new StackClient(stack)) {
            // Given
            ServiceProcess second = stack.addTrainer("second");
            second.awaitReady();
            List<LabelledImage> images = new DrawnImages(4).draw(COUNT_OF_A_LABEL);
            client.sendSamples(TASK, "image/jpeg", images.stream().map(LabelledImage::bytes).toList(),
                    images.stream().map(LabelledImage::label).toList());
            client.sendTrainRequest(TASK, "{" + RECIPE + "}");
            client.awaitServing(TASK, 1);

            try (Asking asking = new Asking(stack.inference().uri(), images.get(0).bytes())) {
                StackClient.until("some are answered", () -> asking.answers.size() > 10);

                // When
                client.sendTrainRequest(TASK, "{\"backbone\":\"half\"," + RECIPE + "}");
                StackClient.until("some are embedded again", () -> !furtherKeys(client).isEmpty());
                ServiceProcess embedding = embeds(stack.trainer()) ? stack.trainer() : second;
                embedding.kill();
                embedding.restart();

                // Then
                ModelReady upgraded = client.awaitServing(TASK, 2);
                assertThat(upgraded.dataset().sampleCount()).isEqualTo(images.size());
                assertThat(upgraded.verdict().orElseThrow().servingAccuracy()).isPresent();
                assertThat(furtherKeys(client)).hasSize(images.size()).doesNotHaveDuplicates();
                StackClient.until("the new version answers", () -> asking.answers.contains("2 half"));
                asking.stop();
                System.out.printf("%d predictions while a task changed its backbone%n", asking.answers.size());
                assertThat(changes(asking.answers)).containsExactly("1 resnet18", "2 half");
                assertThat(asking.ask("?version=1")).isEqualTo("1 resnet18");
                assertThat(asking.ask("?version=2")).isEqualTo("2 half");
            }
        }
    }

    private static boolean embeds(ServiceProcess trainer) {
        return new ServiceMetrics(trainer.uri()).sum("graft_samples_embedded_again_total", Map.of("task", TASK.value())) > 0;
    }

    private static List<String> furtherKeys(StackClient client) {
        return client.featureKeys(TASK).stream().filter(key -> key.endsWith("@half")).toList();
    }

    /** What answered, without repetitions in a row. */
    private static List<String> changes(List<String> answers) {
        List<String> changes = new ArrayList<>();
        for (String answer : List.copyOf(answers)) {
            if (changes.isEmpty() || !changes.get(changes.size() - 1).equals(answer)) {
                changes.add(answer);
            }
        }
        return changes;
    }

    /** A client that asks without a pause; whatever is no answer fails it. */
    private static final class Asking implements AutoCloseable {

        private final HttpClient http = HttpClient.newHttpClient();
        private final URI service;
        private final byte[] image;
        private final List<String> answers = Collections.synchronizedList(new ArrayList<>());
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final CompletableFuture<Void> loop;

        Asking(URI service, byte[] image) {
            this.service = service;
            this.image = image;
            this.loop = CompletableFuture.runAsync(() -> {
                while (!stopped.get()) {
                    answers.add(ask(""));
                }
            });
        }

        /** Version and backbone of the answer. */
        String ask(String query) {
            URI address = service.resolve("/v1/tasks/" + TASK + "/predictions" + query);
            try {
                HttpResponse<byte[]> response = http.send(HttpRequest.newBuilder(address).header("Content-Type", "image/jpeg")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(image)).build(), HttpResponse.BodyHandlers.ofByteArray());
                JsonNode answer = Json.readLenient(response.body(), JsonNode.class, "ANSWER_INVALID", "answer of " + address);
                assertThat(response.statusCode()).as(answer::toString).isEqualTo(200);
                return answer.path("version").asText() + " " + answer.path("backbone").asText();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        void stop() {
            stopped.set(true);
            loop.join();
        }

        @Override
        public void close() {
            stopped.set(true);
        }
    }
}
