package io.graft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.id.TrainingRunId;
import io.graft.model.ModelReady;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingProgress.RunError;
import io.graft.model.TrainingState;
import io.graft.model.Verdict;
import io.graft.testing.Await;
import io.graft.testing.DrawnImages;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/**
 * Runs that train blocks with no time, or for an object store that is away, and a gate that cannot read the serving version:
 * they end, and are not run again.
 */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
@TestProfile(FineTuningLimitsTest.NoTime.class)
class FineTuningLimitsTest {

    private static final String FEW_EPOCHS = "\"recipe\":{\"epochs\":2,\"batchSize\":16,\"optimizer\":\"sgd\"}";

    @AutoClose
    private static Kafka kafka;

    /**
     * A last block fits an event, a whole network does not, nor do its images the memory; nobody listens where the store should
     * be; no broker answers within no time.
     */
    public static class NoTime implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("graft.training.fine-tuning-limit", "1ms", "graft.training.fine-tuning-bytes-max", "1000000",
                    "graft.training.inline-block-bytes-max", "20000000",
                    "graft.training.store-limit", "1s", "graft.history.archive-read-max", "0s", "graft.objects.url",
                    "s3://models/graft", "graft.objects.s3.endpoint",
                    "http://127.0.0.1:1", "graft.objects.s3.access-key-id", "test", "graft.objects.s3.secret-access-key",
                    "test");
        }
    }

    @BeforeAll
    static void open() {
        kafka = new Kafka();
    }

    @Test
    void endsBeforeTheReadingWhenTheEventHasNoRoom() throws Exception {
        // Given
        makeRoom(1_000_000);
        send("cramped");

        // When
        kafka.send("train-requests", "cramped", Kafka.bytes("{\"depth\":\"last-block\"}"));

        // Then
        RunError error = awaitOnlyFailure("cramped");
        assertThat(error.code()).isEqualTo("FINE_TUNING_EVENT_TOO_LARGE");
        assertThat(error.message()).contains("and topic 'model-ready' takes 1000000 (expected: ");
    }

    @Test
    void endsWhenReadingTheSamplesTakesTooLong() throws Exception {
        // Given
        makeRoom(32_000_000);
        send("slow");

        // When
        kafka.send("train-requests", "slow", Kafka.bytes("{\"depth\":\"last-block\"}"));

        // Then
        RunError error = awaitOnlyFailure("slow");
        assertThat(error.code()).isEqualTo("TRAINING_TIME_EXCEEDED");
        assertThat(error.message()).matches("training run of task 'slow' has taken \\d+ ms for reading \\d+ of 24 samples "
                + "\\(expected: at most 1 ms, graft\\.training\\.fine-tuning-limit\\)");
    }

    @Test
    void endsBeforeTheTrainingWhenTheObjectStoreIsAway() {
        // Given
        send("homeless");

        // When
        kafka.send("train-requests", "homeless", Kafka.bytes("{\"depth\":\"all\"}"));

        // Then
        RunError error = awaitOnlyFailure("homeless");
        assertThat(error.code()).isEqualTo("OBJECT_STORE_AWAY");
        assertThat(error.message()).startsWith("object store s3://models/graft does not answer: ")
                .contains(", asked for PT1S (expected: an answer within that time, graft.training.store-limit; ");
    }

    @Test
    void endsWithAVerdictWhenTheServingVersionCannotBeReadAgain() {
        // Given
        send("silent");
        kafka.send("train-requests", "silent", Kafka.bytes("{" + FEW_EPOCHS + "}"));
        assertThat(awaitVerdict("silent", 1).promoted()).isTrue();

        // When
        kafka.send("train-requests", "silent", Kafka.bytes("{\"trainRequestId\":\"second\"," + FEW_EPOCHS + "}"));

        // Then
        Verdict verdict = awaitVerdict("silent", 2);
        assertThat(verdict.promoted()).isFalse();
        assertThat(verdict.reason()).contains("; version 1 cannot be measured: record ").endsWith(" was not read again within "
                + "0 s, asked for PT1S (expected: an answer within that time, graft.training.store-limit) (expected: a version "
                + "to compare with; policy 'always' promotes without one)");
    }

    private static void makeRoom(int messageBytesMax) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "model-ready");
        ConfigEntry room = new ConfigEntry("max.message.bytes", Integer.toString(messageBytesMax));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", System.getProperty(TrainerKafka.BOOTSTRAP)))) {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(room, AlterConfigOp.OpType.SET)))).all()
                    .get();
            await().atMost(Await.LIMIT).until(() -> admin.describeConfigs(List.of(topic)).all().get().get(topic)
                    .get(room.name()).value().equals(room.value()));
        }
    }

    private static Verdict awaitVerdict(String task, int version) {
        return ModelReady.parse(kafka.await("model-ready", 1, record -> Kafka.key(record).equals(task + "@" + version)).get(0)
                .value()).verdict().orElseThrow();
    }

    /** Of the one request so far: the requests of a task run in order, so that once the next has a version it is over. */
    private static RunError awaitOnlyFailure(String task) {
        kafka.send("train-requests", task, Kafka.bytes("{\"trainRequestId\":\"next\"," + FEW_EPOCHS + "}"));
        List<TrainingProgress> said = new ArrayList<>();
        kafka.await("training-progress", 1, record -> Kafka.key(record).equals(task)
                && said.add(TrainingProgress.parse(record.value()))
                && said.get(said.size() - 1).state() == TrainingState.SUCCEEDED);
        TrainingRunId next = said.get(said.size() - 1).trainingRunId();
        List<TrainingProgress> first = said.stream().filter(progress -> !progress.trainingRunId().equals(next)).toList();
        assertThat(first).extracting(TrainingProgress::state).containsOnlyOnce(TrainingState.RUNNING, TrainingState.FAILED);
        return first.get(first.size() - 1).error().orElseThrow();
    }

    private static void send(String task) {
        new DrawnImages(8).draw(4).forEach(image -> kafka.send("labelled-samples", task + "/" + image.sampleId(), image.bytes(),
                "label", image.label(), "content-type", "image/jpeg"));
    }
}
