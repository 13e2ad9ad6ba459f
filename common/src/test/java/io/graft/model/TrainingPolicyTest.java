package io.graft.model;

import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.event.Json;
import io.graft.id.TrainRequestId;
import io.graft.model.TrainingCause.Trigger;
import io.graft.problem.Problem;

class TrainingPolicyTest {

    @Test
    void readsEveryField() {
        // When
        TrainingPolicy policy = parse("""
                {"afterSampleCount": 100, "quietPeriod": "PT30S", "atMostEvery": "PT10M", "retrainAfterDelete": true,
                 "request": {"recipe": {"epochs": 3}}}""");
        // Then
        assertThat(policy.afterSampleCount()).contains(100);
        assertThat(policy.quietPeriod()).contains(Duration.ofSeconds(30));
        assertThat(policy.atMostEvery()).contains(Duration.ofMinutes(10));
        assertThat(policy.retrainAfterDelete()).isTrue();
        assertThat(policy.request().recipe().epochs()).isEqualTo(3);
        assertThat(parse(new String(Json.write(policy), StandardCharsets.UTF_8))).isEqualTo(policy);
    }

    @Test
    void takesEveryDefaultOfWhatIsLeftOut() {
        // When
        TrainingPolicy policy = parse("{\"retrainAfterDelete\":true}");
        // Then
        assertThat(policy).isEqualTo(
                new TrainingPolicy(Optional.empty(), Optional.empty(), Optional.empty(), true, TrainRequest.DEFAULT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"afterSampleCount\":0                | training policy afterSampleCount is 0 (expected: 1 to 1000000000)",
            "\"afterSampleCount\":-1               | training policy afterSampleCount is -1 (expected: 1 to 1000000000)",
            "\"quietPeriod\":\"PT0S\"              | training policy quietPeriod is PT0S (expected: above 0, up to PT8760H)",
            "\"quietPeriod\":\"-PT30S\"            | training policy quietPeriod is PT-30S (expected: above 0, up to PT8760H)",
            "\"quietPeriod\":\"30s\"               | training policy quietPeriod is '30s' (expected: a duration of ISO 8601, as in PT30S or PT10M)",
            "\"retrainAfterDelete\":true,\"atMostEvery\":\"P366D\" | training policy atMostEvery is PT8784H (expected: above 0, up to PT8760H)",
            "\"atMostEvery\":\"PT1H\"              | training policy asks for nothing (expected: afterSampleCount, quietPeriod or retrainAfterDelete)",
            "\"retrainAfterDelete\":false          | training policy asks for nothing (expected: afterSampleCount, quietPeriod or retrainAfterDelete)",
            "\"afterSampleCount\":1,\"request\":{\"trainRequestId\":\"x\"} | training policy request has a trainRequestId (expected: none: the policy gives it)",
            "\"afterSampleCount\":1,\"request\":{\"cause\":{\"trigger\":\"sample-count\",\"changedSampleCount\":1,\"deletedSampleCount\":0,\"featuresUntil\":1}} | training policy request has a cause (expected: none: the policy gives it)",
            "\"afterSampleCount\":1,\"every\":1 | training policy has the unknown field 'every' (expected: [afterSampleCount, atMostEvery, quietPeriod, request, retrainAfterDelete])" })
    void refusesAFieldByItsName(String fields, String message) {
        // When
        assertThatThrownBy(() -> parse("{" + fields + "}"))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("TRAINING_POLICY_INVALID"))
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"quietPeriod\":30}", "{\"afterSampleCount\":\"3\"}", "{\"afterSampleCount\":2.5}", "[]", "null",
            "{\"retrainAfterDelete\":\"true\"}", "" })
    void refusesWhatIsOfAnotherType(String json) {
        // When
        assertThatThrownBy(() -> parse(json))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("TRAINING_POLICY_INVALID"))
                .hasMessageStartingWith("training policy ");
    }

    @Test
    void givesARequestItsCause() {
        // Given
        TrainingCause cause = new TrainingCause(Trigger.SAMPLE_DELETED, 2, 1, 17);
        // When
        TrainRequest request = TrainRequest.DEFAULT.toTriggered(new TrainRequestId("policy:birds:17"), cause);
        // Then
        assertThat(TrainRequest.parse(Json.write(request))).isEqualTo(request);
        assertThat(new String(Json.write(request), StandardCharsets.UTF_8)).contains(
                "\"cause\":{\"trigger\":\"sample-deleted\",\"changedSampleCount\":2,\"deletedSampleCount\":1,\"featuresUntil\":17}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"trigger\":\"sample-count\",\"changedSampleCount\":-1,\"deletedSampleCount\":0,\"featuresUntil\":0} | train request cause.changedSampleCount is -1 (expected: 0 or more)",
            "{\"changedSampleCount\":1,\"deletedSampleCount\":0,\"featuresUntil\":0} | train request has no field 'cause.trigger'" })
    void refusesACauseThatIsNotWhole(String cause, String message) {
        // When
        assertThatThrownBy(() -> TrainRequest.parse(utf8("{\"cause\":" + cause + "}")))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("TRAIN_REQUEST_INVALID"))
                .hasMessage(message);
    }

    private static TrainingPolicy parse(String json) {
        return TrainingPolicy.parse(utf8(json));
    }
}
