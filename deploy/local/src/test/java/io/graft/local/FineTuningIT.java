package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.tail.Depth;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;

/**
 * A run trains the last block too; its version is fetched from the object store, or comes whole in its event, serves beside
 * one that has none, and goes on.
 */
class FineTuningIT {

    private static final TaskId TASK = new TaskId("tuned");
    private static final int COUNT_OF_A_LABEL = 20;
    private static final String FEW_EPOCHS = "\"recipe\":{\"optimizer\":\"sgd\",\"epochs\":2,\"batchSize\":16}";

    @TempDir
    private static Path folder;

    @Test
    void servesAVersionWithABlockOfItsOwnBesideOneWithout() throws Exception {
        Path home = folder.resolve("stored");
        Path objects = home.resolve("objects");
        try (LocalStack stack = LocalStack.start(Files.createDirectory(home));
                StackClient client = new StackClient(stack)) {
            // Given
            List<LabelledImage> images = new DrawnImages(4).draw(COUNT_OF_A_LABEL);
            client.sendSamples(TASK, "image/jpeg", images.stream().map(LabelledImage::bytes).toList(),
                    images.stream().map(LabelledImage::label).toList());
            client.sendTrainRequest(TASK, "{" + FEW_EPOCHS + "}");
            client.awaitServing(TASK, 1);

            // When
            client.sendTrainRequest(TASK, "{\"depth\":\"last-block\",\"promotion\":{\"policy\":\"never\"}," + FEW_EPOCHS + "}");

            // Then
            ModelReady tuned = client.awaitModel(TASK, 2);
            assertThat(tuned.tail().orElseThrow().depth()).isEqualTo(Depth.LAST_BLOCK);
            assertThat(tuned.epochs()).isNotEmpty();
            assertThat(files(objects)).extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder("trial.txt", tuned.tail().orElseThrow().sha256() + ".safetensors");
            client.promote(TASK, 2);
            client.awaitServing(TASK, 2);
            byte[] image = images.get(0).bytes();
            JsonNode own = ask(stack, "", image);
            assertThat(own.path("version").asInt()).isEqualTo(2);
            assertThat(probability(ask(stack, "?version=1", image))).isNotEqualTo(probability(own));
            assertThat(ask(stack, "?explain=cam", image).path("explanation").isObject()).isTrue();
            assertThat(inputs(stack, 1)).containsExactly("images", "pixels", "intensities", "features");
            assertThat(inputs(stack, 2)).containsExactly("images", "pixels", "intensities");

            // When: a replica begins anew, and another run is held against the one that serves
            stack.inference().kill();
            stack.inference().restart();
            client.sendTrainRequest(TASK, "{\"promotion\":{\"policy\":\"if-better\"}," + FEW_EPOCHS + "}");

            // Then
            stack.inference().awaitReady();
            assertThat(probability(ask(stack, "?version=2", image))).isEqualTo(probability(own));
            ModelReady next = client.awaitModel(TASK, 3);
            assertThat(next.verdict().orElseThrow().servingVersion()).hasToString("Optional[2]");
            assertThat(next.verdict().orElseThrow().servingAccuracy().orElseThrow())
                    .isEqualTo(tuned.evaluation().accuracy());
        }
    }

    @Test
    void servesABlockThatTravelsInItsEvent() throws Exception {
        Path home = folder.resolve("inline");
        try (LocalStack stack = LocalStack.start(Files.createDirectory(home), StackPorts.free(),
                Map.of("graft.training.inline-block-bytes-max", "20000000"));
                StackClient client = new StackClient(stack)) {
            // Given
            makeRoom(stack, 32_000_000);
            List<LabelledImage> images = new DrawnImages(4).draw(COUNT_OF_A_LABEL);
            client.sendSamples(TASK, "image/jpeg", images.stream().map(LabelledImage::bytes).toList(),
                    images.stream().map(LabelledImage::label).toList());

            // When
            client.sendTrainRequest(TASK, "{\"depth\":\"last-block\",\"promotion\":{\"policy\":\"never\"}," + FEW_EPOCHS + "}");

            // Then
            ModelReady tuned = client.awaitModel(TASK, 1);
            assertThat(tuned.tail().orElseThrow().data()).isPresent();
            assertThat(tuned.tail().orElseThrow().uri()).isEmpty();
            assertThat(home.resolve("objects")).doesNotExist();
            client.promote(TASK, 1);
            client.awaitServing(TASK, 1);
            assertThat(ask(stack, "", images.get(0).bytes()).path("version").asInt()).isEqualTo(1);

            // When
            client.sendTrainRequest(TASK, "{" + FEW_EPOCHS + "}");

            // Then
            assertThat(client.awaitModel(TASK, 2).verdict().orElseThrow().servingAccuracy().orElseThrow())
                    .isEqualTo(tuned.evaluation().accuracy());
        }
    }

    private static void makeRoom(LocalStack stack, int messageBytesMax) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.broker().bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "model-ready"),
                    List.of(new AlterConfigOp(new ConfigEntry("max.message.bytes", Integer.toString(messageBytesMax)),
                            AlterConfigOp.OpType.SET))))
                    .all().get();
        }
    }

    private static List<Path> files(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static double probability(JsonNode answer) {
        return answer.path("probability").asDouble();
    }

    private static List<String> inputs(LocalStack stack, int version) throws Exception {
        URI address = stack.inference().uri().resolve("/v2/models/" + TASK + "/versions/" + version);
        HttpResponse<byte[]> response = HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        return Json.readLenient(response.body(), JsonNode.class, "ANSWER_INVALID", "metadata").path("inputs")
                .findValuesAsText("name");
    }

    private static JsonNode ask(LocalStack stack, String query, byte[] image) throws Exception {
        URI address = stack.inference().uri().resolve("/v1/tasks/" + TASK + "/predictions" + query);
        HttpResponse<byte[]> response = HttpClient.newHttpClient().send(HttpRequest.newBuilder(address)
                .header("Content-Type", "image/jpeg").POST(HttpRequest.BodyPublishers.ofByteArray(image)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        JsonNode answer = Json.readLenient(response.body(), JsonNode.class, "ANSWER_INVALID", "answer of " + address);
        assertThat(response.statusCode()).as(answer::toString).isEqualTo(200);
        return answer;
    }
}
