package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.problem.Problem;
import io.graft.testing.DrawnImages;
import io.graft.testing.LabelledImage;
import io.graft.testing.SharedFolder;

/** The main job on a real broker and real processes, as its users would see it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobIT {

    /** What a linear probe reaches on these photographs with the bundled backbone, minus three points. */
    private static final double ANTS_BEES_ACCURACY_MIN = 0.735;
    private static final int REPETITIONS = 20;

    @TempDir
    private static Path folder;
    private LocalStack stack;
    private StackClient client;

    @BeforeAll
    void startTheStack() {
        stack = LocalStack.start(folder);
        client = new StackClient(stack);
    }

    @AfterAll
    void stopTheStack() {
        if (client != null) {
            client.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void classifiesPhotographsThatAForeignClientPublished() throws Exception {
        // Given
        Path photographs = SharedFolder.require("data/hymenoptera");
        Kcat kcat = Kcat.require(stack.broker().bootstrapServers());
        List<Path> training = files(photographs.resolve("train"));
        for (Path file : training) {
            kcat.publish("labelled-samples", "ants-bees/" + sampleId(file), Map.of("label", label(file)), file);
        }

        // When
        kcat.publish("train-requests", "ants-bees", Map.of(), Files.writeString(folder.resolve("request.json"), "{}"));
        ModelReady model = client.awaitServing(new TaskId("ants-bees"), 1);

        // Then
        List<ConsumerRecord<byte[], byte[]>> letters = client.read("labelled-samples-dead-letter",
                record -> StackClient.key(record).startsWith("ants-bees/"));
        assertThat(letters).isNotEmpty().allMatch(letter -> foreign(StackClient.key(letter)));
        assertThat(model.dataset().sampleCount() + letters.size()).isEqualTo(training.size());
        List<Path> validation = files(photographs.resolve("val"));
        int right = 0;
        for (Path file : validation) {
            PredictionClient.Answer answer = client.predict(new TaskId("ants-bees"), "image/jpeg", Files.readAllBytes(file));
            right += answer.label().equals(label(file)) ? 1 : 0;
        }
        System.out.printf("ants and bees: %d of %d validation photographs right (expected: at least %.1f %%)%n", right,
                validation.size(), 100 * ANTS_BEES_ACCURACY_MIN);
        assertThat((double) right / validation.size()).isGreaterThanOrEqualTo(ANTS_BEES_ACCURACY_MIN);
    }

    @Test
    void countsEverySampleThatWasProducedBeforeTheRequest() throws Exception {
        for (int repetition = 0; repetition < REPETITIONS; repetition++) {
            // Given
            TaskId task = new TaskId("before-" + repetition);
            boolean transactional = repetition % 2 == 1;

            // When
            client.sendVectors(task, 500, transactional);
            client.sendTrainRequest(task, "{\"recipe\":{\"batchSize\":64,\"epochs\":2}}");

            // Then
            assertThat(client.awaitModel(task, 1).dataset().sampleCount())
                    .as("repetition %s, transactional producer: %s", repetition, transactional).isEqualTo(500);
        }
    }

    @Test
    void swapsVersionsUnderACallerWithoutAnError() throws Exception {
        // Given
        TaskId task = new TaskId("swapped");
        client.sendVector(task, "a1", "before-left", -1, 0);
        client.sendVector(task, "a2", "before-left", -2, 0);
        client.sendVector(task, "b1", "before-right", 1, 0);
        client.sendVector(task, "b2", "before-right", 2, 0);
        String request = "{\"validationFraction\":0,\"promotion\":{\"policy\":\"always\"}}";
        client.sendTrainRequest(task, request);
        client.awaitServing(task, 1);
        AtomicBoolean enough = new AtomicBoolean();
        ConcurrentLinkedQueue<PredictionClient.Answer> answers = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Exception> errors = new ConcurrentLinkedQueue<>();
        Thread caller = new Thread(() -> callWithoutPause(task, enough, answers, errors), "caller");
        caller.start();

        // When
        client.sendVector(task, "a1", "after-left", -1, 0);
        client.sendVector(task, "a2", "after-left", -2, 0);
        client.sendVector(task, "b1", "after-right", 1, 0);
        client.sendVector(task, "b2", "after-right", 2, 0);
        client.sendTrainRequest(task, request);
        client.awaitServing(task, 2);
        StackClient.until("the caller has seen version 2", () -> answers.stream().anyMatch(answer -> answer.version() == 2));
        enough.set(true);
        caller.join();

        // Then
        assertThat(errors).isEmpty();
        assertThat(answers).allMatch(
                answer -> answer.label().equals(answer.version() == 1 ? "before-left" : "after-left"));
        assertThat(answers).anyMatch(answer -> answer.version() == 1).anyMatch(answer -> answer.version() == 2);
    }

    @Test
    void losesAndDoublesNothingWhenTheTrainerIsKilled() throws Exception {
        // Given
        TaskId task = new TaskId("killed");
        List<LabelledImage> images = new DrawnImages(11).draw(1 + 1000 / DrawnImages.labels().size()).subList(0, 1000);
        ServiceMetrics metrics = new ServiceMetrics(stack.trainer().uri());
        client.sendSamples(task, "image/jpeg", images.stream().map(LabelledImage::bytes).toList(),
                images.stream().map(LabelledImage::label).toList());

        // When
        StackClient.until("some are embedded",
                () -> metrics.sum("graft_samples_total", Map.of("task", task.value(), "outcome", "embedded")) > 0);
        stack.trainer().kill();
        int before = client.featureKeys(task).size();
        stack.trainer().restart();
        stack.trainer().awaitReady();
        client.sendTrainRequest(task, "{\"recipe\":{\"batchSize\":64,\"epochs\":2}}");

        // Then
        assertThat(client.awaitModel(task, 1).dataset().sampleCount()).isEqualTo(1000);
        List<String> keys = client.featureKeys(task);
        Set<String> distinct = new HashSet<>(keys);
        System.out.printf("trainer killed after %d of 1000 features; after its restart: %d features, %d distinct%n", before,
                keys.size(), distinct.size());
        assertThat(before).isLessThan(1000);
        assertThat(keys).hasSize(1000);
        assertThat(distinct).hasSize(1000);
    }

    private void callWithoutPause(TaskId task, AtomicBoolean enough, ConcurrentLinkedQueue<PredictionClient.Answer> answers,
            ConcurrentLinkedQueue<Exception> errors) {
        while (!enough.get()) {
            try {
                answers.add(client.predict(task, "application/json", "{\"vector\":[-1.5,0]}".getBytes(StandardCharsets.UTF_8)));
            } catch (IOException | Problem e) {
                errors.add(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static String sampleId(Path file) {
        return String.valueOf(file.getFileName()).replaceAll("[^A-Za-z0-9._:-]", "_");
    }

    private static boolean foreign(String key) {
        return key.endsWith("/imageNotFound.gif") || key.endsWith("/formica.jpeg");
    }

    private static List<Path> files(Path folder) throws IOException {
        TreeMap<String, Path> sorted = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(Files::isRegularFile).forEach(file -> sorted.put(file.toString(), file));
        }
        return new ArrayList<>(sorted.values());
    }

    private static String label(Path file) {
        return String.valueOf(file.getName(file.getNameCount() - 2));
    }
}
