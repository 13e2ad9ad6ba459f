package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;

import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.model.Verdict;
import io.graft.testing.SharedFolder;

/** Versions that can be trusted, through the real stack: as accurate as published, refused when worse, made again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrustIT {

    private static final int DIMENSION = 384;

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
    void tellsTheIntentsOfBankCustomersByEmbeddingsMadeElsewhere() throws Exception {
        // Given
        List<float[]> train = rows("train");
        List<String> labels = labels("train");
        TaskId all = new TaskId("banking");
        TaskId few = new TaskId("banking-few");
        client.sendVectors(all, train, labels);
        List<Integer> eight = firstOfEach(labels, 8);
        client.sendVectors(few, eight.stream().map(train::get).toList(), eight.stream().map(labels::get).toList());

        // When
        String unmeasured = "\"validationFraction\":0,\"promotion\":{\"policy\":\"always\"}}";
        client.sendTrainRequest(all, "{}");
        client.awaitServing(all, 1);
        double auto = accuracy(all);
        client.sendTrainRequest(all, "{\"recipe\":{\"optimizer\":\"sgd\"}," + unmeasured);
        client.awaitServing(all, 2);
        double textbook = accuracy(all);
        client.sendTrainRequest(few, "{" + unmeasured);
        client.awaitServing(few, 1);
        double ofEight = accuracy(few);

        // Then
        System.out.printf("banking77 through Kafka, on its test file: auto %.4f, textbook %.4f, eight of each label %.4f%n",
                auto, textbook, ofEight);
        assertThat(auto).isGreaterThanOrEqualTo(0.92);
        assertThat(textbook).isGreaterThanOrEqualTo(0.92);
        assertThat(ofEight).isGreaterThanOrEqualTo(0.78);
    }

    @Test
    void refusesAVersionThatWasMadeFromShuffledLabels() throws Exception {
        // Given a version that serves, and then every training sample with the label of some other one
        TaskId task = new TaskId("shuffled");
        List<String> labels = sendClouds(task, 300);
        client.sendTrainRequest(task, "{}");
        ModelReady first = client.awaitServing(task, 1);
        List<String> shuffled = new ArrayList<>(labels);
        Collections.shuffle(shuffled, new Random(1));
        sendClouds(task, shuffled);

        // When
        client.sendTrainRequest(task, "{\"recipe\":{\"optimizer\":\"sgd\"}}");
        ModelReady second = client.awaitModel(task, 2);

        // Then
        Verdict verdict = second.verdict().orElseThrow();
        System.out.println("shuffled labels: " + verdict.reason());
        assertThat(first.verdict().orElseThrow().promoted()).isTrue();
        assertThat(verdict.promoted()).isFalse();
        assertThat(verdict.reason()).contains("below the").contains("of version 1");
        assertThat(verdict.servingAccuracy().orElseThrow()).isGreaterThan(verdict.candidateAccuracy().orElseThrow() + 0.1);
        assertThat(client.read("promotions", record -> StackClient.key(record).equals(task.value()))).hasSize(1);
    }

    @Test
    void makesAVersionAgainInAnotherProcess() throws Exception {
        // Given
        TaskId task = new TaskId("again");
        sendClouds(task, 200);
        client.sendTrainRequest(task, "{}");
        client.awaitModel(task, 1);
        String path = "/v1/tasks/again/versions/1/verify";

        // When
        stack.trainer().kill();
        stack.trainer().restart();
        stack.trainer().awaitReady();
        JsonNode before = client.postToTrainer(path);
        client.sendVector(task, "7", "corrected", 1, 2, 3);
        StackClient.until("the correction is a feature", () -> client.featureKeys(task).size() == 201);
        JsonNode after = client.postToTrainer(path);

        // Then
        assertThat(before.path("verdict").asText()).as("%s", before).isEqualTo("identical");
        assertThat(after.path("verdict").asText()).isEqualTo("different");
        assertThat(after.path("corrected").get(0).asText()).isEqualTo("7");
        assertThat(after.path("reasons").get(0).path("code").asText()).isEqualTo("SAMPLES_CORRECTED");
    }

    /** Two clouds; every third sample is for validation. */
    private List<String> sendClouds(TaskId task, int count) throws Exception {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(i % 2 == 0 ? "left" : "right");
        }
        sendClouds(task, labels);
        return labels;
    }

    /** The clouds with other labels on their training samples. */
    private void sendClouds(TaskId task, List<String> labels) throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < labels.size(); i++) {
            double side = i % 2 == 0 ? -1 : 1;
            float[] vector = { (float) (side + random.nextGaussian()), (float) random.nextGaussian(),
                    (float) random.nextGaussian() };
            boolean validation = i % 3 == 0;
            client.send("labelled-samples", task + "/" + i, StackClient.json(vector), Map.of("label",
                    validation ? (side < 0 ? "left" : "right") : labels.get(i), "split", validation ? "validation" : "train"));
        }
    }

    private double accuracy(TaskId task) throws IOException, InterruptedException {
        List<float[]> rows = rows("test");
        List<String> labels = labels("test");
        int right = 0;
        for (int i = 0; i < rows.size(); i++) {
            right += client.predict(task, "application/json", StackClient.json(rows.get(i))).label().equals(labels.get(i)) ? 1
                    : 0;
        }
        return (double) right / rows.size();
    }

    private static List<float[]> rows(String side) {
        float[] numbers = SharedFolder.floats("golden/banking77/" + side + ".f32");
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < numbers.length; from += DIMENSION) {
            rows.add(Arrays.copyOfRange(numbers, from, from + DIMENSION));
        }
        return rows;
    }

    private static List<String> labels(String side) throws IOException {
        return Files.readAllLines(SharedFolder.require("golden/banking77/" + side + ".labels.txt"));
    }

    private static List<Integer> firstOfEach(List<String> labels, int count) {
        Map<String, Integer> seen = new HashMap<>();
        List<Integer> first = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            if (seen.merge(labels.get(i), 1, Integer::sum) <= count) {
                first.add(i);
            }
        }
        return first;
    }
}
