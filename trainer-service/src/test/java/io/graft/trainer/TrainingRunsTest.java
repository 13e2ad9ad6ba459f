package io.graft.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.graft.id.TaskId;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.testing.Await;
import io.graft.trainer.embedding.FeatureRecords;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;

/** The states of training runs on a real broker: seen on the topic, over REST and as server-sent events, and cancelled. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
class TrainingRunsTest {

    private static final Duration LIMIT = Await.LIMIT;
    /** Goes on for many minutes, in many epochs. */
    private static final String LONG = "{\"trainRequestId\":\"long\",\"recipe\":"
            + "{\"optimizer\":\"sgd\",\"epochs\":10000,\"batchSize\":1,\"learningRate\":0.0001}}";

    @AutoClose
    private static Kafka kafka;

    @BeforeAll
    static void open() {
        kafka = new Kafka();
    }

    @Test
    void cancelsARunThatRunsAndGoesOnWithTheNext() {
        // Given
        sendSamples("cancelled", 400);
        kafka.send("train-requests", "cancelled", Kafka.bytes(LONG));
        kafka.send("train-requests", "cancelled", Kafka.bytes("{\"trainRequestId\":\"next\"}"));
        TrainingProgress running = awaitProgress("cancelled", "long", TrainingState.RUNNING);
        String run = "/v1/tasks/cancelled/training-runs/" + running.trainingRunId();

        // When
        given().delete(run).then().statusCode(202).body("topic", equalTo("training-progress"));

        // Then
        assertThat(awaitProgress("cancelled", "long", TrainingState.CANCELLED).version()).isEmpty();
        assertThat(awaitProgress("cancelled", "next", TrainingState.SUCCEEDED).version().orElseThrow().number()).isEqualTo(1);
        await().atMost(LIMIT).untilAsserted(() -> given().get(run).then().body("state", equalTo("cancelled")));
        given().delete(run).then().statusCode(409).body("code", equalTo("TRAINING_RUN_ENDED")).body("detail",
                equalTo("training run '" + running.trainingRunId() + "' has ended: it is cancelled"));
        given().delete("/v1/tasks/cancelled/training-runs/nobody").then().statusCode(404).body("code",
                equalTo("TRAINING_RUN_UNKNOWN"));
    }

    @Test
    void cancelsARunThatIsQueued() {
        // Given
        sendSamples("queued", 400);
        kafka.send("train-requests", "queued", Kafka.bytes(LONG));
        kafka.send("train-requests", "queued", Kafka.bytes("{\"trainRequestId\":\"second\"}"));
        TrainingProgress first = awaitProgress("queued", "long", TrainingState.RUNNING);
        TrainingProgress second = awaitProgress("queued", "second", TrainingState.QUEUED);

        // When
        cancel(second);
        cancel(first);

        // Then
        awaitProgress("queued", "second", TrainingState.CANCELLED);
    }

    @Test
    void trainsOtherTasksOfThePartitionMeanwhile() {
        // Given: two tasks that share a partition of six
        sendSamples("lane-a", 400);
        List<String> sharing = Stream.iterate(0, number -> number + 1).map(number -> "lane-b" + number)
                .filter(task -> partition(task) == partition("lane-a")).limit(1).toList();
        sendSamples(sharing.get(0), 20);
        kafka.send("train-requests", "lane-a", Kafka.bytes(LONG));
        TrainingProgress running = awaitProgress("lane-a", "long", TrainingState.RUNNING);

        // When
        kafka.send("train-requests", sharing.get(0), Kafka.bytes("{\"trainRequestId\":\"short\"}"));

        // Then
        awaitProgress(sharing.get(0), "short", TrainingState.SUCCEEDED);
        cancel(running);
        awaitProgress("lane-a", "long", TrainingState.CANCELLED);
    }

    @Test
    void goesOnWithWhatRunsWhenATransactionFails() {
        // Given
        sendSamples("outlasting", 400);
        sendSamples("fenced", 20);
        kafka.send("train-requests", "outlasting", Kafka.bytes(LONG));
        TrainingProgress running = awaitProgress("outlasting", "long", TrainingState.RUNNING);

        // When: another producer takes the transactions, so that the next one fails
        kafka.takeTransactions("graft-trainer-test");
        kafka.send("train-requests", "fenced",
                Kafka.bytes("{\"trainRequestId\":\"short\",\"recipe\":{\"optimizer\":\"sgd\",\"epochs\":3}}"));

        // Then
        TrainingProgress succeeded = awaitProgress("fenced", "short", TrainingState.SUCCEEDED);
        kafka.await("training-progress", 1, record -> {
            TrainingProgress progress = TrainingProgress.parse(record.value());
            return progress.task().equals(running.task()) && progress.epoch().isPresent()
                    && progress.at().isAfter(succeeded.at());
        });
        cancel(running);
        assertThat(epochs("fenced", TrainingState.SUCCEEDED)).containsExactly(1, 2, 3);
        assertThat(epochs("outlasting", TrainingState.CANCELLED)).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void streamsARunUntilItEnds() throws Exception {
        // Given
        sendSamples("streamed", 400);
        kafka.send("train-requests", "streamed", Kafka.bytes(LONG));
        TrainingProgress running = awaitProgress("streamed", "long", TrainingState.RUNNING);
        String path = "/v1/tasks/streamed/training-runs/" + running.trainingRunId();
        await().atMost(LIMIT).untilAsserted(() -> given().get(path).then().body("state", equalTo("running")));

        // When
        HttpResponse<Stream<String>> stream = stream(path);
        cancel(running);

        // Then: the stream ends by itself
        List<TrainingProgress> steps = steps(stream.body()).toList();
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(steps.get(0).state()).isEqualTo(TrainingState.RUNNING);
        assertThat(steps.get(steps.size() - 1).state()).isEqualTo(TrainingState.CANCELLED);
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void streamsTheStepsOfOneRunOfATaskAfterTheOther() throws Exception {
        // Given
        sendSamples("followed", 400);
        kafka.send("train-requests", "followed", Kafka.bytes(LONG));
        TrainingProgress running = awaitProgress("followed", "long", TrainingState.RUNNING);
        HttpResponse<Stream<String>> stream = stream("/v1/tasks/followed/training-runs");

        // When
        cancel(running);
        kafka.send("train-requests", "followed",
                Kafka.bytes("{\"trainRequestId\":\"short\",\"recipe\":{\"optimizer\":\"lbfgs\"}}"));

        // Then
        Map<String, TrainingState> last = new HashMap<>();
        try (Stream<String> lines = stream.body()) {
            Iterator<TrainingProgress> steps = steps(lines).iterator();
            while (last.get("short") != TrainingState.SUCCEEDED) {
                TrainingProgress step = steps.next();
                last.put(step.trainRequestId().value(), step.state());
            }
        }
        assertThat(last).containsEntry("long", TrainingState.CANCELLED);
    }

    private static HttpResponse<Stream<String>> stream(String path) throws Exception {
        return HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port + path))
                        .header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofLines());
    }

    private static Stream<TrainingProgress> steps(Stream<String> lines) {
        return lines.filter(line -> line.startsWith("data:"))
                .map(line -> TrainingProgress.parse(Kafka.bytes(line.substring("data:".length()))));
    }

    private static void cancel(TrainingProgress run) {
        await().atMost(LIMIT).untilAsserted(
                () -> given().delete("/v1/tasks/" + run.task() + "/training-runs/" + run.trainingRunId()).then()
                        .statusCode(202));
    }

    private static TrainingProgress awaitProgress(String task, String request, TrainingState state) {
        List<ConsumerRecord<byte[], byte[]>> found = kafka.await("training-progress", 1, record -> {
            TrainingProgress progress = TrainingProgress.parse(record.value());
            return progress.task().value().equals(task) && progress.trainRequestId().value().equals(request)
                    && progress.state() == state;
        });
        return TrainingProgress.parse(found.get(0).value());
    }

    /** Those of a task's only run, which ends so. */
    private static List<Integer> epochs(String task, TrainingState end) {
        List<Integer> epochs = new ArrayList<>();
        kafka.await("training-progress", 1, record -> {
            TrainingProgress progress = TrainingProgress.parse(record.value());
            boolean wanted = progress.task().value().equals(task);
            if (wanted && progress.state() == TrainingState.RUNNING) {
                progress.epoch().ifPresent(epochs::add);
            }
            return wanted && progress.state() == end;
        });
        return epochs;
    }

    private static int partition(String task) {
        return FeatureRecords.partition(new TaskId(task), 6);
    }

    private static void sendSamples(String task, int count) {
        Random random = new Random(7);
        for (int i = 0; i < count; i++) {
            float side = i % 2 == 0 ? -1 : 1;
            kafka.sendVector(task, Integer.toString(i), side < 0 ? "left" : "right", side + (float) random.nextGaussian(),
                    (float) random.nextGaussian());
        }
    }
}
