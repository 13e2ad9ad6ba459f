package io.graft.model;

import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.event.ContractJson;
import io.graft.event.Json;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.problem.Problem;

class EventJsonTest {

    static Stream<Arguments> events() {
        return Stream.of(Arguments.of(TrainingProgress.class, ContractJson.TRAINING_PROGRESS),
                Arguments.of(ModelReady.class, ContractJson.MODEL_READY),
                Arguments.of(Promotion.class, ContractJson.PROMOTION));
    }

    /** Nothing is lost, renamed or added: what is written again is the contract's JSON. */
    @ParameterizedTest
    @MethodSource("events")
    void writesTheContractsFieldsAgain(Class<?> type, String json) throws Exception {
        // Given
        JsonNode contract = Json.LENIENT.readTree(json);
        // When
        Object event = Json.readLenient(utf8(json), type, "EVENT_INVALID", "event");
        // Then
        assertThat(Json.LENIENT.readTree(Json.write(event))).isEqualTo(contract);
        assertThat(Json.readLenient(Json.write(event), type, "EVENT_INVALID", "event")).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("events")
    void passesOverFieldsOfALaterRelease(Class<?> type, String json) throws Exception {
        // Given
        ObjectNode later = (ObjectNode) Json.LENIENT.readTree(json);
        later.putObject("ofALaterRelease").put("depth", 2);
        later.properties().stream().map(field -> field.getValue()).filter(JsonNode::isObject)
                .forEach(inner -> ((ObjectNode) inner).put("ofALaterReleaseToo", true));
        // When
        Object event = Json.readLenient(Json.write(later), type, "EVENT_INVALID", "event");
        // Then
        assertThat(event).isEqualTo(Json.readLenient(utf8(json), type, "EVENT_INVALID", "event"));
    }

    @Test
    void readsAHeadAsLongAsAnEventTakes() throws Exception {
        // Given
        ObjectNode model = (ObjectNode) Json.LENIENT.readTree(ContractJson.MODEL_READY);
        model.withObject("head").put("data", "A".repeat(28_000_000));
        // When
        ModelReady read = ModelReady.parse(Json.write(model));
        // Then
        assertThat(read.head().data()).hasSize(28_000_000);
    }

    @Test
    void readsAVersionOfTheFirstRelease() throws Exception {
        // Given
        ObjectNode event = (ObjectNode) Json.LENIENT.readTree(ContractJson.MODEL_READY);
        event.set("recipe", Json.LENIENT.readTree(ContractJson.FIRST_RECIPE));
        event.set("evaluation", Json.LENIENT.readTree(ContractJson.FIRST_EVALUATION));
        event.remove("verdict");
        // When
        ModelReady model = ModelReady.parse(Json.write(event));
        // Then
        assertThat(model.recipe()).isEqualTo(
                new TrainedRecipe(Recipe.TEXTBOOK, List.of(), "an earlier release did not say"));
        assertThat(model.verdict()).isEmpty();
        assertThat(model.evaluation().warnings()).isEmpty();
        assertThat(model.evaluation().temperature()).isEmpty();
        assertThat(model.evaluation().labels().get(0).f1()).isCloseTo(1 / 3.0, within(1e-9));
    }

    @Test
    void namesTheFieldThatIsMissing() throws Exception {
        // Given
        ObjectNode event = (ObjectNode) Json.LENIENT.readTree(ContractJson.MODEL_READY);
        ((ObjectNode) event.get("backbone")).remove("sha256");
        // When
        assertThatThrownBy(() -> ModelReady.parse(Json.write(event)))
                // Then
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("MODEL_READY_INVALID"))
                .hasMessage("model-ready event has no field 'backbone.sha256'");
        assertThatThrownBy(() -> Promotion.parse(utf8("{}"))).hasMessage("promotion has no field 'task'");
    }

    @Test
    void refusesAWordThatIsNoReason() {
        // When
        assertThatThrownBy(() -> Promotion.parse(utf8(ContractJson.PROMOTION.replace("rollback", "whim"))))
                // Then
                .hasMessageStartingWith("promotion field 'reason' is not valid: ")
                .hasMessageContaining("\"whim\"");
    }

    @Test
    void leavesOutWhatDivergedOrIsAbsent() throws Exception {
        // Given
        Instant at = Instant.parse("2026-01-02T03:04:05Z");
        TrainingProgress queued = TrainingProgress.of(new TaskId("birds"), new TrainingRunId("run-1"),
                new TrainRequestId("request 1"), TrainingState.WAITING_FOR_SAMPLES, at);
        EpochResult diverged = new EpochResult(1, 0.5, Double.NaN, 0.5, Optional.of(Double.POSITIVE_INFINITY),
                Optional.empty());
        // When
        TrainingProgress running = queued.afterEpoch(diverged, 9, at);
        // Then
        String common = "{\"task\":\"birds\",\"trainingRunId\":\"run-1\",\"trainRequestId\":\"request 1\",\"state\":";
        assertThat(Json.LENIENT.writeValueAsString(queued))
                .isEqualTo(common + "\"waiting-for-samples\",\"at\":\"2026-01-02T03:04:05Z\"}");
        assertThat(Json.LENIENT.writeValueAsString(running)).isEqualTo(common + "\"running\",\"epoch\":1,\"epochCount\":9,"
                + "\"learningRate\":0.5,\"trainAccuracy\":0.5,\"at\":\"2026-01-02T03:04:05Z\"}");
    }

    @Test
    void endsARunWithItsVersionOrItsError() {
        // Given
        Instant at = Instant.parse("2026-01-02T03:04:05Z");
        TrainingProgress running = Json.readLenient(utf8(ContractJson.TRAINING_PROGRESS), TrainingProgress.class, "BAD",
                "event");
        // When
        TrainingProgress succeeded = running.toSucceeded(new ModelVersion(4), at);
        TrainingProgress failed = running.toFailed(Problem.missing("TASK_UNKNOWN", "task 'birds' has no samples"), at);
        // Then
        assertThat(succeeded.state().isFinal()).isTrue();
        assertThat(succeeded.version()).contains(new ModelVersion(4));
        assertThat(succeeded.error()).isEmpty();
        assertThat(failed.state().word()).isEqualTo("failed");
        assertThat(failed.version()).isEmpty();
        assertThat(failed.error()).contains(new TrainingProgress.RunError("TASK_UNKNOWN", "task 'birds' has no samples"));
    }

    @Test
    void readsAModelKey() {
        // When
        ModelKey key = ModelKey.parse("ants-bees@12");
        // Then
        assertThat(key).isEqualTo(new ModelKey(new TaskId("ants-bees"), new ModelVersion(12))).hasToString("ants-bees@12");
        assertThatThrownBy(() -> ModelKey.parse("birds"))
                .hasMessage("model key 'birds' has no '@' (expected: task@version)");
        assertThatThrownBy(() -> ModelKey.parse("birds@+5"))
                .hasMessage("version '+5' is not valid (expected: [1-9][0-9]{0,8})");
        assertThatThrownBy(() -> ModelKey.parse("../x@1")).hasMessageStartingWith("task '../x' is not valid");
    }
}
