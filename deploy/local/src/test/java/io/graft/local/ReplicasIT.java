package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import io.graft.event.Json;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;

/** Three replicas of inference follow the same events. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicasIT {

    private static final int REPLICA_COUNT = 3;
    private static final int DIMENSION = 3;
    private static final int ROLLBACK_COUNT = 9;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    private static Path folder;
    private ServingStack stack;
    private ModelSender sender;

    @BeforeAll
    void startThreeReplicas() {
        stack = ServingStack.start(folder, REPLICA_COUNT, List.of("-Xmx256m"));
        sender = new ModelSender(stack.broker().bootstrapServers());
    }

    @AfterAll
    void stopTheStack() {
        if (sender != null) {
            sender.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void serveAnOlderVersionThatIsPromotedWithinASecond() throws Exception {
        // Given: the newest ten stay in memory
        TaskId task = new TaskId("rolled-back");
        sendVersions(task, 20);
        sender.promote(task, new ModelVersion(20));
        sender.flush();
        awaitServing(task, 20);

        // When
        List<Duration> durations = new ArrayList<>();
        for (int version = 1; version <= ROLLBACK_COUNT; version++) {
            long begunAtNanos = System.nanoTime();
            sender.promote(task, new ModelVersion(version));
            sender.flush();
            awaitServing(task, version);
            durations.add(Duration.ofNanos(System.nanoTime() - begunAtNanos));
            for (ServiceProcess replica : stack.replicas()) {
                assertThat(predictedVersion(replica, task)).isEqualTo(version);
            }
        }

        // Then: the median, since the first ones warm up and the machine has other work too
        System.out.printf("%d replicas serve an archived version after its promotion, in ms: %s%n", REPLICA_COUNT,
                durations.stream().map(Duration::toMillis).toList());
        assertThat(durations.stream().sorted().toList().get(ROLLBACK_COUNT / 2)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void areReadyAfterAKillOnlyWhenTheyServeWhatTheOthersServe() throws Exception {
        // Given
        List<TaskId> tasks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            TaskId task = new TaskId("known-" + i);
            tasks.add(task);
            sendVersions(task, 3);
            sender.promote(task, new ModelVersion(3));
        }
        sender.flush();
        awaitServing(tasks.get(tasks.size() - 1), 3);
        ServiceProcess killed = stack.replicas().get(2);

        // When
        killed.kill();
        for (int i = 0; i < tasks.size(); i++) {
            sender.promote(tasks.get(i), new ModelVersion(1 + i % 3));
        }
        sender.flush();
        awaitServing(stack.replicas().subList(0, 2), tasks.get(tasks.size() - 1), 1 + (tasks.size() - 1) % 3);
        killed.restart();
        awaitReady(killed);

        // Then
        String atReadiness = tasks(killed);
        assertThat(atReadiness).contains("\"known-299\"").isEqualTo(tasks(stack.replica()))
                .isEqualTo(tasks(stack.replicas().get(1)));
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s in time", what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** As closely as one can look. */
    private static void awaitReady(ServiceProcess replica) {
        await("replica is ready", replica::isReady);
    }

    private void sendVersions(TaskId task, int count) {
        for (int version = 1; version <= count; version++) {
            sender.send(UntrainedModel.of(task, new ModelVersion(version), UntrainedModel.vectors(DIMENSION),
                    UntrainedModel.head(2, DIMENSION, version)));
        }
        sender.flush();
    }

    private void awaitServing(TaskId task, int version) throws IOException {
        awaitServing(stack.replicas(), task, version);
    }

    private static void awaitServing(List<ServiceProcess> replicas, TaskId task, int version) throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        for (ServiceProcess replica : replicas) {
            try (HttpConnection connection = new HttpConnection(replica.port())) {
                byte[] request = HttpConnection.get("/v1/tasks/" + task);
                // Not that of the promotion, which is there before its version serves.
                while (Json.LENIENT.readTree(connection.exchange(request).text()).path("version").asInt() != version) {
                    assertThat(System.nanoTime()).as("%s serves %s@%s in time", replica.uri(), task, version)
                            .isLessThan(deadline);
                }
            }
        }
    }

    private static int predictedVersion(ServiceProcess replica, TaskId task) throws Exception {
        return new PredictionClient(replica.uri()).predict(task, "application/json", StackClient.json(new float[DIMENSION]))
                .version();
    }

    private static String tasks(ServiceProcess replica) throws IOException {
        try (HttpConnection connection = new HttpConnection(replica.port())) {
            return connection.exchange(HttpConnection.get("/v1/tasks")).text();
        }
    }
}
