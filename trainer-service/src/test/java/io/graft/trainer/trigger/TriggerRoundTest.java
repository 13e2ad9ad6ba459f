package io.graft.trainer.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.model.PromotionPolicy.Policy;
import io.graft.model.TrainingCause;
import io.graft.model.TrainingCause.Trigger;
import io.graft.testing.Records;
import io.graft.trainer.history.TrainingPolicies;
import io.graft.trainer.history.TriggerHistory;

/** What policies ask for, with a clock that the test moves. */
class TriggerRoundTest {

    private static final TaskId BIRDS = new TaskId("birds");

    private final MovableClock clock = new MovableClock();
    private final OwnedFeatures features = new OwnedFeatures();
    private final TrainingPolicies policies = new TrainingPolicies(Map.of(), code -> {
        throw new AssertionError("a policy was rejected: " + code);
    });
    private final TriggerHistory triggers = new TriggerHistory();
    private final TriggerRound round = newRound();

    @Test
    void asksOnceAfterEnoughSamples() {
        // Given
        policy("{\"afterSampleCount\":3,\"request\":{\"promotion\":{\"policy\":\"always\"}}}");
        features.sendMany("birds", List.of("a", "b"));
        features.put("others", "x");
        assertThat(round.due()).isEmpty();

        // When
        features.put("birds", "c");
        List<DueRequest> due = fire();

        // Then
        assertThat(due).singleElement().satisfies(request -> {
            assertThat(request.partition()).isEqualTo(OwnedFeatures.PARTITION);
            assertThat(request.request().cause()).contains(new TrainingCause(Trigger.SAMPLE_COUNT, 3, 0, 4));
            assertThat(request.request().trainRequestId()).hasToString("Optional[policy:birds:4]");
            assertThat(request.request().promotion().policy()).isEqualTo(Policy.ALWAYS);
        });
        assertThat(round.due()).isEmpty();
        features.sendMany("birds", List.of("d", "a"));
        assertThat(round.due()).isEmpty();
        features.put("birds", "e");
        assertThat(fire()).singleElement().extracting(request -> request.trigger().cause().changedSampleCount()).isEqualTo(3);
    }

    @Test
    void makesOneRequestOfABurst() {
        // Given
        policy("{\"quietPeriod\":\"PT30S\"}");
        IntStream.range(0, 20).forEach(second -> {
            features.put("birds", "s" + second);
            assertThat(round.due()).isEmpty();
            clock.advance(Duration.ofSeconds(29));
        });
        assertThat(round.due()).isEmpty();

        // When
        clock.advance(Duration.ofSeconds(1));

        // Then
        assertThat(fire()).singleElement().extracting(request -> request.trigger().cause())
                .isEqualTo(new TrainingCause(Trigger.QUIET_PERIOD, 20, 0, 20));
        clock.advance(Duration.ofHours(1));
        assertThat(round.due()).isEmpty();
    }

    @Test
    void asksAtMostEverySoOften() {
        // Given
        policy("{\"afterSampleCount\":1,\"atMostEvery\":\"PT10M\"}");
        features.put("birds", "a");
        assertThat(fire()).hasSize(1);

        // When
        features.put("birds", "b");
        clock.advance(Duration.ofMinutes(9));
        List<DueRequest> tooSoon = round.due();
        features.put("birds", "c");
        clock.advance(Duration.ofMinutes(1));

        // Then
        assertThat(tooSoon).isEmpty();
        assertThat(fire()).singleElement().extracting(request -> request.trigger().cause().changedSampleCount()).isEqualTo(2);
    }

    @Test
    void keepsToTheIntervalAfterARestart() {
        // Given
        policy("{\"afterSampleCount\":1,\"atMostEvery\":\"PT10M\"}");
        features.put("birds", "a");
        fire();
        features.put("birds", "b");
        clock.advance(Duration.ofMinutes(9));

        // When
        TriggerRound restarted = newRound();

        // Then
        assertThat(restarted.due()).isEmpty();
        clock.advance(Duration.ofMinutes(1));
        assertThat(restarted.due()).hasSize(1);
    }

    @Test
    void beginsTheQuietPeriodAnewAfterARestart() {
        // Given
        policy("{\"quietPeriod\":\"PT30S\"}");
        features.put("birds", "a");
        assertThat(round.due()).isEmpty();
        clock.advance(Duration.ofSeconds(29));

        // When
        TriggerRound restarted = newRound();

        // Then
        assertThat(restarted.due()).isEmpty();
        clock.advance(Duration.ofSeconds(29));
        assertThat(restarted.due()).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        assertThat(restarted.due()).hasSize(1);
    }

    @Test
    void asksForAVersionWithoutADeletedSample() throws Exception {
        // Given
        policy("{\"retrainAfterDelete\":true}");
        features.sendMany("birds", List.of("a", "b", "c"));
        features.delete("birds", "c");
        assertThat(round.due()).as("no version has seen it").isEmpty();
        features.version("birds", 1);
        assertThat(round.due()).as("the version was made after it").isEmpty();

        // When
        features.delete("birds", "a");

        // Then
        assertThat(fire()).singleElement().extracting(request -> request.trigger().cause())
                .isEqualTo(new TrainingCause(Trigger.SAMPLE_DELETED, 0, 1, 5));
        assertThat(round.due()).isEmpty();
    }

    @Test
    void countsFromWhatTheLastVersionHadSeen() throws Exception {
        // Given: somebody asked by hand
        policy("{\"afterSampleCount\":3}");
        features.sendMany("birds", List.of("a", "b"));
        features.version("birds", 1);

        // When
        features.sendMany("birds", List.of("c", "d"));

        // Then
        assertThat(round.due()).isEmpty();
        features.put("birds", "e");
        assertThat(round.due()).hasSize(1);
    }

    @Test
    void leavesAloneWhatHasNoPolicyOrAnotherOwner() {
        // Given
        policy("{\"afterSampleCount\":1}");
        features.put("birds", "a");
        features.put("others", "a");
        assertThat(round.due()).extracting(request -> request.trigger().task()).containsExactly(BIRDS);

        // When
        features.table().drop(new TopicPartition(OwnedFeatures.TOPICS.sampleFeatures(), OwnedFeatures.PARTITION));

        // Then
        assertThat(round.due()).isEmpty();
    }

    private TriggerRound newRound() {
        return new TriggerRound(OwnedFeatures.TOPICS.sampleFeatures(), features.table(), features.models(), policies, triggers,
                clock);
    }

    private void policy(String json) {
        policies.apply(
                OwnedFeatures.record(OwnedFeatures.TOPICS.trainingPolicies(), 0, 0, BIRDS.value(), Records.utf8(json)));
    }

    /** What is due, remembered as the topic would. */
    private List<DueRequest> fire() {
        List<DueRequest> due = round.due();
        due.forEach(request -> triggers.apply(OwnedFeatures.record(OwnedFeatures.TOPICS.trainingTriggers(), 0, 0,
                request.trigger().task().value(), Json.write(request.trigger()))));
        return due;
    }
}
