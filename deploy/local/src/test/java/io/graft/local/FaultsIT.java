package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import io.graft.id.TaskId;
import io.graft.model.ModelReady;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;

/**
 * Three trainers on one broker, killed as the kernel kills: every sample a feature exactly once, every request exactly one
 * version or one failure. {@code -Dgraft.faults.seconds} says for how long trainers are killed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {

    private static final int KILLING_SECONDS = Integer.getInteger("graft.faults.seconds", 120);
    private static final int PAUSE_SECONDS = 6;
    private static final int TASK_COUNT = 4;
    private static final int REQUESTS_OF_A_TASK = 10;
    private static final String RECIPE = "\"recipe\":{\"optimizer\":\"sgd\",\"batchSize\":64,\"epochs\":3}";

    @TempDir
    private static Path folder;
    private LocalStack stack;
    private StackClient client;
    private final List<ServiceProcess> trainers = new ArrayList<>();

    @BeforeAll
    void startThreeTrainers() {
        stack = LocalStack.start(folder);
        client = new StackClient(stack);
        trainers.add(stack.trainer());
        trainers.add(stack.addTrainer("second"));
        trainers.add(stack.addTrainer("third"));
        trainers.forEach(ServiceProcess::awaitReady);
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
    void losesAndDoublesNothingWhileTrainersAreKilled() throws Exception {
        // Given
        Load load = new Load("killed", 5_000, KILLING_SECONDS);
        Random random = new Random(1);
        CompletableFuture<Void> sending = CompletableFuture.runAsync(load::send);
        int killedCount = 0;

        // When
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(KILLING_SECONDS);
        while (System.nanoTime() < end) {
            ServiceProcess victim = trainers.get(random.nextInt(trainers.size()));
            TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
            victim.kill();
            victim.restart();
            killedCount++;
        }
        sending.join();

        // Then
        load.awaitEnds();
        System.out.printf("trainers killed %d times in %d s%n", killedCount, KILLING_SECONDS);
        load.assertExactlyOnce();
    }

    @Test
    void losesAndDoublesNothingWhenTrainersEndAmidTheirWork() throws Exception {
        // Given
        Load load = new Load("ended", 1_000, 0);
        load.send();

        // When: one of them among features, another one among runs
        StackClient.until("some are embedded", () -> load.featureKeys().size() >= 50);
        List<Integer> exitCodes = new ArrayList<>();
        trainers.get(1).stop();
        exitCodes.add(trainers.get(1).awaitExit());
        StackClient.until("some versions are there", () -> !load.models().isEmpty());
        trainers.get(2).stop();
        exitCodes.add(trainers.get(2).awaitExit());

        // Then: the last one has taken over, without waiting for those that have left
        load.awaitEnds();
        load.assertExactlyOnce();
        assertThat(exitCodes).isSubsetOf(ServiceProcess.ENDED_IN_ORDER);
        for (String group : List.of("graft-embedder", "graft-train-requests", "graft-trainer")) {
            assertThat(StackClient.memberCount(stack.broker().bootstrapServers(), group)).as(group).isEqualTo(1);
        }
        trainers.subList(1, 3).forEach(ServiceProcess::restart);
        trainers.forEach(ServiceProcess::awaitReady);
    }

    @Test
    void losesAndDoublesNothingWhenTheBrokerIsKilledInBothStages() throws Exception {
        // Given
        Load load = new Load("broker", 1_000, 0);
        load.send();

        // When: the first time among features, the second among runs
        StackClient.until("some are embedded", () -> load.featureKeys().size() >= 50);
        stack.broker().kill();
        stack.broker().restart();
        StackClient.until("some versions are there", () -> !load.models().isEmpty());
        stack.broker().kill();
        stack.broker().restart();

        // Then
        load.awaitEnds();
        load.assertExactlyOnce();
    }

    /** Samples and requests of a few tasks: every third id of a request comes twice, and one task has a single label. */
    private final class Load {

        private final List<TaskId> tasks;
        private final TaskId unfit;
        private final int sampleCount;
        private final int seconds;

        Load(String name, int sampleCount, int seconds) {
            this.tasks = IntStream.range(0, TASK_COUNT).mapToObj(number -> new TaskId(name + "-" + number)).toList();
            this.unfit = new TaskId(name + "-unfit");
            this.sampleCount = sampleCount;
            this.seconds = seconds;
        }

        /** Sends everything, spread over the time. */
        void send() {
            try {
                client.sendVector(unfit, "0", "only", 1, 2);
                for (int request = 0; request < REQUESTS_OF_A_TASK; request++) {
                    sendSamples(request);
                    for (TaskId task : tasks) {
                        sendRequest(task, "r" + (request % 3 == 2 ? request - 1 : request));
                    }
                    if (request % 5 == 0) {
                        sendRequest(unfit, "u" + request);
                    }
                    TimeUnit.MILLISECONDS.sleep(1000L * seconds / REQUESTS_OF_A_TASK);
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void sendSamples(int round) throws ExecutionException, InterruptedException {
            int roundCount = sampleCount / REQUESTS_OF_A_TASK;
            for (int i = round * roundCount; i < (round + 1) * roundCount; i++) {
                client.sendVector(tasks.get(i % TASK_COUNT), "s" + i, i / TASK_COUNT % 2 == 0 ? "even" : "odd",
                        i / TASK_COUNT % 2 == 0 ? 1 : -1, i % 7);
            }
        }

        private void sendRequest(TaskId task, String id) throws ExecutionException, InterruptedException {
            client.sendTrainRequest(task, "{\"trainRequestId\":\"" + task + "-" + id + "\"," + RECIPE + "}");
        }

        /** Waits until every run that was queued has ended, and all that were sent were queued. */
        void awaitEnds() throws InterruptedException {
            int runCount = tasks.size() * REQUESTS_OF_A_TASK + 2;
            StackClient.until("all " + runCount + " runs have ended", () -> progress().stream()
                    .filter(step -> step.state().isFinal()).map(TrainingProgress::trainingRunId).distinct()
                    .count() == runCount);
        }

        void assertExactlyOnce() {
            List<String> features = featureKeys();
            List<ModelReady> models = models();
            List<TrainingProgress> ends = progress().stream().filter(step -> step.state().isFinal()).toList();
            System.out.printf("%d features of %d samples, %d versions and %d ends of %d requests%n", features.size(),
                    sampleCount + 1, models.size(), ends.size(), tasks.size() * REQUESTS_OF_A_TASK + 2);
            assertThat(features).hasSize(sampleCount + 1).doesNotHaveDuplicates();
            assertThat(ends.stream().map(TrainingProgress::trainingRunId).toList()).doesNotHaveDuplicates();
            assertThat(ends).filteredOn(step -> step.task().equals(unfit)).hasSize(2)
                    .allMatch(step -> step.state() == TrainingState.FAILED
                            && step.error().orElseThrow().code().equals("TRAINING_LABELS_TOO_FEW"));
            assertThat(ends).filteredOn(step -> !step.task().equals(unfit))
                    .allMatch(step -> step.state() == TrainingState.SUCCEEDED);
            Map<TaskId, List<ModelReady>> byTask = models.stream()
                    .collect(Collectors.groupingBy(ModelReady::task, TreeMap::new, Collectors.toList()));
            assertThat(byTask.keySet()).containsExactlyElementsOf(tasks);
            byTask.forEach((task, versions) -> assertVersions(task, versions, ends));
        }

        /** One version for each id, counted without hole or double, and named by every run of that id. */
        private void assertVersions(TaskId task, List<ModelReady> versions, List<TrainingProgress> ends) {
            Set<String> ids = new HashSet<>();
            for (int request = 0; request < REQUESTS_OF_A_TASK; request++) {
                ids.add(task + "-r" + (request % 3 == 2 ? request - 1 : request));
            }
            assertThat(versions.stream().map(model -> model.trainRequestId().value()).toList())
                    .containsExactlyInAnyOrderElementsOf(ids);
            assertThat(versions.stream().map(model -> model.version().number()).sorted().toList())
                    .isEqualTo(IntStream.rangeClosed(1, ids.size()).boxed().toList());
            for (ModelReady model : versions) {
                String id = model.trainRequestId().value();
                int round = Integer.parseInt(id.substring(id.lastIndexOf('r') + 1));
                assertThat(model.dataset().sampleCount()).as("samples of %s, sent before it", id)
                        .isGreaterThanOrEqualTo((round + 1) * sampleCount / REQUESTS_OF_A_TASK / TASK_COUNT);
            }
            for (TrainingProgress end : ends) {
                if (end.task().equals(task)) {
                    assertThat(versions).anyMatch(model -> model.trainRequestId().equals(end.trainRequestId())
                            && end.version().equals(Optional.of(model.version())));
                }
            }
        }

        List<String> featureKeys() {
            return client.read("sample-features", record -> isOurs(StackClient.key(record), '/')).stream()
                    .map(StackClient::key).toList();
        }

        List<ModelReady> models() {
            return client.read("model-ready", record -> isOurs(StackClient.key(record), '@')).stream()
                    .map(record -> ModelReady.parse(record.value())).toList();
        }

        private List<TrainingProgress> progress() {
            return client.read("training-progress", record -> isOurs(StackClient.key(record) + "@", '@')).stream()
                    .map(record -> TrainingProgress.parse(record.value())).toList();
        }

        private boolean isOurs(String key, char behindTheTask) {
            String task = key.substring(0, key.indexOf(behindTheTask));
            return unfit.value().equals(task) || tasks.contains(new TaskId(task));
        }
    }
}
