package io.graft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.model.TrainingProgress;
import io.graft.model.TrainingProgress.RunError;
import io.graft.model.TrainingState;
import io.graft.testing.DrawnImages;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;

/** Runs that train blocks with no time, or for an object store that is away: they end, and are not run again. */
@QuarkusTest
@QuarkusTestResource(TrainerKafka.class)
@TestProfile(FineTuningLimitsTest.NoTime.class)
class FineTuningLimitsTest {

    @AutoClose
    private static Kafka kafka;

    /** A last block fits an event, a whole network does not; nobody listens where the store should be. */
    public static class NoTime implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("graft.training.fine-tuning-limit", "1ms", "graft.training.inline-block-bytes-max", "20000000",
                    "graft.training.store-limit", "1s", "graft.objects.url", "s3://models/graft", "graft.objects.s3.endpoint",
                    "http://127.0.0.1:1", "graft.objects.s3.access-key-id", "test", "graft.objects.s3.secret-access-key",
                    "test");
        }
    }

    @BeforeAll
    static void open() {
        kafka = new Kafka();
    }

    @Test
    void endsWhenReadingTheSamplesTakesTooLong() {
        // Given
        send("slow");

        // When
        kafka.send("train-requests", "slow", Kafka.bytes("{\"depth\":\"last-block\"}"));

        // Then
        RunError error = awaitFailure("slow");
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
        RunError error = awaitFailure("homeless");
        assertThat(error.code()).isEqualTo("OBJECT_STORE_AWAY");
        assertThat(error.message()).startsWith("object store s3://models/graft does not answer: ")
                .contains(", asked for PT1S (expected: an answer within that time, graft.training.store-limit; ");
    }

    private static RunError awaitFailure(String task) {
        return TrainingProgress.parse(kafka.await("training-progress", 1, record -> Kafka.key(record).equals(task)
                && TrainingProgress.parse(record.value()).state() == TrainingState.FAILED).get(0).value()).error()
                .orElseThrow();
    }

    private static void send(String task) {
        new DrawnImages(8).draw(4).forEach(image -> kafka.send("labelled-samples", task + "/" + image.sampleId(), image.bytes(),
                "label", image.label(), "content-type", "image/jpeg"));
    }
}
