package io.graft.trainer.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.graft.id.TaskId;
import io.graft.model.TrainRequest;
import io.graft.model.TrainingPolicy;
import io.graft.testing.Records;

class TrainingPoliciesTest {

    private static final TaskId BIRDS = new TaskId("birds");

    private final List<String> rejected = new ArrayList<>();
    private final TrainingPolicies policies = new TrainingPolicies(Map.of(BIRDS, policy(7)), rejected::add);

    @Test
    void countsWhatIsSentBeforeWhatIsConfigured() {
        // When
        send("birds", "{\"afterSampleCount\":3}");
        // Then
        assertThat(policies.find(BIRDS)).contains(policy(3));
        assertThat(policies.find(new TaskId("others"))).isEmpty();
    }

    @Test
    void goesBackToTheConfiguredOneAfterADeletion() {
        // Given
        send("birds", "{\"afterSampleCount\":3}");
        // When
        send("birds", null);
        // Then
        assertThat(policies.find(BIRDS)).contains(policy(7));
    }

    @Test
    void followsNoPolicyThatCompactionWouldForget() {
        // Given
        send("others", "{\"afterSampleCount\":3}");
        // When
        send("others", "{\"afterSampleCount\":0}");
        // Then
        assertThat(policies.find(new TaskId("others"))).isEmpty();
        assertThat(rejected).containsExactly("TRAINING_POLICY_INVALID");
    }

    @Test
    void rejectsARecordWithoutATask() {
        // When
        send(null, "{\"afterSampleCount\":3}");
        send("No Task", "{\"afterSampleCount\":3}");
        // Then
        assertThat(rejected).containsExactly("TRAINING_POLICY_INVALID", "TASK_INVALID");
    }

    @Test
    void readsACloudEvent() {
        // Given
        ConsumerRecord<byte[], byte[]> event = Records.record("birds", Records.utf8(
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/x\",\"type\":\"t\",\"data\":{\"afterSampleCount\":4}}"),
                "content-type", "application/cloudevents+json");
        // When
        policies.apply(event);
        // Then
        assertThat(policies.find(BIRDS)).contains(policy(4));
    }

    private void send(@Nullable String key, @Nullable String value) {
        policies.apply(Records.record(key, value == null ? null : Records.utf8(value)));
    }

    private static TrainingPolicy policy(int afterSampleCount) {
        return new TrainingPolicy(Optional.of(afterSampleCount), Optional.empty(), Optional.empty(), false,
                TrainRequest.DEFAULT);
    }
}
