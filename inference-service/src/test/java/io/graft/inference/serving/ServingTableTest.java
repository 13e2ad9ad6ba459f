package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.event.Json;
import io.graft.event.RecordPlace;
import io.graft.head.Head;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.serving.VersionState.Archived;
import io.graft.inference.serving.VersionState.Loaded;
import io.graft.inference.serving.VersionState.Refused;
import io.graft.model.ModelKey;
import io.graft.problem.Problem;
import io.graft.signature.ModelSignatures;

class ServingTableTest {

    private static final TaskId BIRDS = new TaskId("birds");

    private final FakeBackbone backbone = new FakeBackbone(2);
    private final Map<RecordPlace, ModelRecord> topic = new HashMap<>();
    private final List<String> heard = new ArrayList<>();
    private final List<String> present = new ArrayList<>();
    private final List<String> entered = new ArrayList<>();
    private final List<String> next = new ArrayList<>();
    private Instant now = ModelEvents.REQUESTED_AT;
    private boolean archiveAway;

    private final ServingTable table = new ServingTable(
            new ModelVerifier((sha256, dimension) -> sha256.equals(backbone.descriptor().sha256()) ? Optional.of(backbone)
                    : Optional.empty(), TableInMemory.NO_TAILS, ModelSignatures.NOT_ASKED_FOR, 10_000),
            this::read,
            new ServingLimits(3, 3, 6, 2, 2, Duration.ofSeconds(30), Duration.ofMinutes(10)), new Recorder(), () -> now);

    private Optional<ModelRecord> read(RecordPlace place) {
        if (archiveAway) {
            throw Problem.busy("MODEL_ARCHIVE_BUSY", "no leader");
        }
        return Optional.ofNullable(topic.get(place));
    }

    private final class Recorder implements ServingListener {

        @Override
        public void swapped(Swap swap) {
            heard.add("swapped " + swap.model().card().version() + (swap.live() ? " live" : ""));
        }

        @Override
        public void refused(TaskId task) {
            heard.add("refused " + task);
        }

        @Override
        public void cast(TaskId task, Roles roles) {
        }

        @Override
        public void loaded(ModelKey model) {
            present.add(model.toString());
        }

        @Override
        public void servesNext(ModelKey model) {
            next.add(model + " behind " + table.task(BIRDS).flatMap(TaskServing::servingVersion).map(ModelVersion::toString)
                    .orElse("none"));
        }

        @Override
        public void unloaded(ModelKey model) {
            present.remove(model.toString());
        }

        @Override
        public void rejected(Rejection reason) {
            heard.add("rejected " + reason);
        }

        @Override
        public void entered(TaskId task) {
            entered.add(task.value());
        }

        @Override
        public void left(TaskId task) {
            heard.add("left " + task);
        }
    }

    private void publish(int version) {
        publish(version, Json.write(event(version, ModelEvents.largest("owl", "tit"))));
    }

    private ObjectNode event(int version, Head head) {
        return Json.LENIENT.valueToTree(ModelEvents.ready("birds", version, backbone.descriptor(), head));
    }

    private void publish(int version, byte[] json) {
        RecordPlace place = new RecordPlace("model-ready", 0, topic.size());
        ModelRecord record = new ModelRecord(json, Optional.empty());
        topic.put(place, record);
        table.add(new ModelKey(BIRDS, new ModelVersion(version)), record, place);
    }

    private void publishBroken(int version) {
        ObjectNode event = event(version, ModelEvents.largest("owl", "tit"));
        event.withObject("head").put("sha256", "0".repeat(64));
        publish(version, Json.write(event));
    }

    private void publishJudged(int version, boolean promoted) {
        ObjectNode event = event(version, ModelEvents.largest("owl", "tit"));
        event.putObject("verdict").put("promoted", promoted).put("reason", "a test").put("sampleCount", 0);
        publish(version, Json.write(event));
    }

    private void promote(int version) {
        table.promote(ModelEvents.promotion("birds", version));
    }

    private int serving() {
        return table.model(BIRDS, Optional.empty()).card().version().number();
    }

    private VersionState state(int version) {
        return Objects.requireNonNull(table.task(BIRDS).orElseThrow().versions().get(new ModelVersion(version)));
    }

    @Test
    void tellsOfAVersionThatTheGateLetThroughWhenItComes() {
        // Given
        publishJudged(1, true);
        table.settle();

        // When
        publishJudged(2, false);
        publishJudged(3, true);

        // Then
        assertThat(next).containsExactly(new ModelKey(BIRDS, new ModelVersion(3)) + " behind none");
    }

    @Test
    void tellsOfAVersionBeforeItServes() {
        // Given
        table.settle();
        publish(1);
        publish(2);

        // When
        promote(1);
        promote(2);

        // Then
        assertThat(next).containsExactly(new ModelKey(BIRDS, new ModelVersion(1)) + " behind none",
                new ModelKey(BIRDS, new ModelVersion(2)) + " behind 1");
    }

    @Test
    void servesThePromotedVersion() {
        // Given
        table.settle();
        publish(1);
        publish(2);

        // When
        promote(1);

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(heard).containsExactly("swapped 1 live");
    }

    @Test
    void servesNothingWithoutAPromotion() {
        // Given
        table.settle();

        // When
        publish(1);

        // Then
        assertThatThrownBy(() -> table.model(BIRDS, Optional.empty())).hasMessage(
                "task 'birds' has no version that serves (expected: a promotion of one of its 1 versions)");
        assertThat(table.model(BIRDS, Optional.of(new ModelVersion(1))).card().version().number()).isEqualTo(1);
    }

    @Test
    void followsOnlyTheLastPromotionOfTheHistory() {
        // Given
        promote(1);
        promote(2);
        publish(1);
        publish(2);
        publish(3);
        promote(3);
        promote(2);
        assertThatThrownBy(this::serving).hasMessageContaining("has no version that serves");

        // When
        table.settle();

        // Then
        assertThat(serving()).isEqualTo(2);
        assertThat(heard).containsExactly("swapped 2");
        assertThat(table.isSettled()).isTrue();
    }

    @Test
    void servesAfterARestartWhatServedBeforePromotionsThatWereRefused() {
        // Given
        publish(1);
        publish(2);
        publishBroken(3);
        promote(1);
        promote(2);
        promote(3);
        promote(9);

        // When
        table.settle();

        // Then: as a replica does that was there before
        assertThat(serving()).isEqualTo(2);
        assertThat(table.task(BIRDS).orElseThrow().promotedVersion()).contains(new ModelVersion(9));
        assertThat(table.isComplete()).isTrue();

        // When
        publish(9);

        // Then
        assertThat(serving()).isEqualTo(9);
        assertThat(heard).containsExactly("swapped 2", "swapped 9 live");
    }

    @Test
    void refusesAWaitingPromotionWhenWhatStoodInForItIsPromoted() {
        // Given
        publish(1);
        promote(1);
        promote(9);
        table.settle();
        assertThat(serving()).isEqualTo(1);

        // When
        promote(1);

        // Then
        assertThat(heard).containsExactly("swapped 1", "refused birds");
    }

    @Test
    void servesNothingAfterARestartBehindAServingVersionThatWasDeleted() {
        // Given
        publish(1);
        publish(2);
        promote(1);
        promote(2);
        table.remove(ModelKey.parse("birds@2"));

        // When
        table.settle();

        // Then
        assertThatThrownBy(this::serving).hasMessageContaining("task 'birds' has no version that serves");
    }

    @Test
    void keepsToTheNextPromotionOnceOneCouldBeFollowed() {
        // Given
        publish(1);
        publishBroken(2);
        promote(1);
        promote(2);
        table.settle();
        publish(3);
        promote(3);

        // When
        publish(1);

        // Then
        assertThat(serving()).isEqualTo(3);
    }

    @Test
    void isCompleteOnceAPromotedVersionWasReadAgain() {
        // Given
        for (int version = 1; version <= 4; version++) {
            publish(version);
        }
        promote(1);
        archiveAway = true;

        // When
        table.settle();
        table.admitLoaded();

        // Then
        assertThat(table.isComplete()).isFalse();
        assertThatThrownBy(this::serving).hasMessage("version 1 of task 'birds' is being read again");

        // When
        archiveAway = false;
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(table.isComplete()).isTrue();
        assertThat(heard).containsExactly("swapped 1");
    }

    @Test
    void goesBackToAnArchivedVersionOnceItCanBeRead() {
        // Given
        table.settle();
        for (int version = 1; version <= 4; version++) {
            publish(version);
        }
        promote(4);
        archiveAway = true;
        promote(1);
        table.admitLoaded();
        assertThat(serving()).isEqualTo(4);
        now = now.plus(Duration.ofMinutes(10));
        table.refuseOverdue();
        table.admitLoaded();
        table.refuseOverdue();

        // When
        archiveAway = false;
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(heard).containsExactly("swapped 4 live", "refused birds", "swapped 1 live");
    }

    @Test
    void followsAPromotionThatCameBeforeItsVersion() {
        // Given
        table.settle();
        promote(1);
        assertThat(table.task(BIRDS).orElseThrow().promotedVersion()).contains(new ModelVersion(1));

        // When
        publish(1);
        now = now.plusSeconds(60);
        table.refuseOverdue();

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(heard).containsExactly("swapped 1 live");
        assertThat(table.task(BIRDS).orElseThrow().promotedVersion()).isEmpty();
    }

    @Test
    void refusesAPromotionOnceWhoseVersionDoesNotCome() {
        // Given
        table.settle();
        publish(1);
        promote(1);
        promote(9);
        table.refuseOverdue();
        assertThat(heard).containsExactly("swapped 1 live");

        // When
        now = now.plusSeconds(30);
        table.refuseOverdue();
        table.refuseOverdue();

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(heard).containsExactly("swapped 1 live", "refused birds");
    }

    @Test
    void refusesAWaitingPromotionWhenTheNextComes() {
        // Given
        table.settle();
        publish(1);
        promote(9);

        // When
        promote(1);

        // Then
        assertThat(heard).containsExactly("refused birds", "swapped 1 live");
    }

    @Test
    void keepsTheOldVersionWhenTheNewOneIsBroken() {
        // Given
        table.settle();
        publish(1);
        promote(1);

        // When
        publishBroken(2);
        promote(2);

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(state(2)).isInstanceOf(Refused.class);
        assertThat(heard).containsExactly("swapped 1 live", "refused birds", "refused birds");
        assertThatThrownBy(() -> table.model(BIRDS, Optional.of(new ModelVersion(2)))).hasMessageContaining(
                "version 2 of task 'birds' was refused: model 'birds@2' has a head with sha256");
    }

    @Test
    void neverReplacesAVerifiedVersionByABrokenRecord() {
        // Given
        table.settle();
        publish(1);
        promote(1);

        // When
        publishBroken(1);

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(state(1)).isInstanceOf(Loaded.class);
    }

    @Test
    void servesAVersionThatComesWholeAfterItCameBroken() {
        // Given
        table.settle();
        publishBroken(1);
        promote(1);

        // When
        publish(1);

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(heard).containsExactly("refused birds", "refused birds", "swapped 1 live");
    }

    @Test
    void swapsOnceForTheSameContentTwice() {
        // Given
        table.settle();
        publish(1);
        promote(1);

        // When
        publish(1);
        promote(1);

        // Then
        assertThat(heard).containsExactly("swapped 1 live");
    }

    @Test
    void readsAnOldVersionAgainWhenItIsPromoted() {
        // Given
        table.settle();
        for (int version = 1; version <= 4; version++) {
            publish(version);
            promote(version);
        }
        assertThat(state(1)).isInstanceOf(Archived.class);
        assertThatThrownBy(() -> table.model(BIRDS, Optional.of(new ModelVersion(1)))).hasMessage(
                "version 1 of task 'birds' is not in memory (expected: one of the last 2, or promote it)");

        // When
        promote(1);

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(state(1)).isInstanceOf(Loaded.class);
    }

    @Test
    void keepsServingWhenAnOldVersionIsGoneFromTheTopic() {
        // Given
        table.settle();
        for (int version = 1; version <= 4; version++) {
            publish(version);
        }
        promote(4);
        topic.clear();

        // When
        promote(1);

        // Then
        assertThat(serving()).isEqualTo(4);
        assertThat(heard).containsExactly("swapped 4 live", "refused birds");
    }

    @Test
    void endsWhenTheArchiveDoesNotAnswer() {
        // Given
        ServingTable broken = new ServingTable(
                new ModelVerifier((sha256, dimension) -> Optional.of(backbone), TableInMemory.NO_TAILS,
                        ModelSignatures.NOT_ASKED_FOR, 10_000),
                place -> {
                    throw Problem.broken("MODEL_ARCHIVE_BROKEN", "down");
                }, new ServingLimits(3, 3, 6, 1, 1, Duration.ofSeconds(30), Duration.ofMinutes(10)), new Recorder(), () -> now);
        broken.settle();
        for (int version = 1; version <= 3; version++) {
            broken.add(new ModelKey(BIRDS, new ModelVersion(version)),
                    new ModelRecord(Json.write(event(version, ModelEvents.largest("owl", "tit"))), Optional.empty()),
                    new RecordPlace("model-ready", 0, version));
        }

        // When // Then
        assertThatThrownBy(() -> broken.promote(ModelEvents.promotion("birds", 1))).hasMessage("down");
    }

    @Test
    void keepsTheServingVersionInMemoryHoweverOldItIs() {
        // Given
        table.settle();
        publish(1);
        promote(1);

        // When
        for (int version = 2; version <= 20; version++) {
            publish(version);
        }

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(state(1)).isInstanceOf(Loaded.class);
        assertThat(table.task(BIRDS).orElseThrow().versions().keySet()).extracting(ModelVersion::number)
                .containsExactly(1, 16, 17, 18, 19, 20);
        assertThat(table.task(BIRDS).orElseThrow().versions().values()).filteredOn(Loaded.class::isInstance).hasSize(2);
    }

    @Test
    void forgetsADeletedVersion() {
        // Given
        table.settle();
        publish(1);
        publish(2);
        promote(2);

        // When
        table.remove(ModelKey.parse("birds@1"));

        // Then
        assertThatThrownBy(() -> table.model(BIRDS, Optional.of(new ModelVersion(1))))
                .hasMessage("version 1 of task 'birds' is not known here");
        assertThat(serving()).isEqualTo(2);
        assertThat(heard).containsExactly("swapped 2 live");
    }

    @Test
    void servesNothingAfterTheServingVersionIsDeleted() {
        // Given
        table.settle();
        publish(1);
        promote(1);

        // When
        table.remove(ModelKey.parse("birds@1"));

        // Then
        assertThatThrownBy(this::serving).hasMessageContaining("task 'birds' has no version that serves");
        assertThat(heard).containsExactly("swapped 1 live", "left birds");
    }

    private void publish(String task, int version) {
        table.add(new ModelKey(new TaskId(task), new ModelVersion(version)),
                new ModelRecord(Json.write(ModelEvents.ready(task, version, backbone.descriptor(),
                        ModelEvents.largest("owl", "tit"))), Optional.empty()),
                new RecordPlace("model-ready", 0, version));
    }

    private List<String> tasks() {
        return table.tasks().stream().map(serving -> serving.task().value()).toList();
    }

    @Test
    void refusesATaskWithAVersionOverTheLimit() {
        // Given
        table.settle();
        for (String task : List.of("a", "b", "c")) {
            publish(task, 1);
        }

        // When
        publish(1);

        // Then
        assertThat(tasks()).containsExactly("a", "b", "c");
        assertThat(heard).containsExactly("rejected TASK_COUNT");
        assertThatThrownBy(() -> table.model(BIRDS, Optional.empty()))
                .hasMessage("task 'birds' is not known here (expected: a task with a model)");
    }

    @Test
    void keepsThePlacesOfTasksFromPromotionsWithoutAVersion() {
        // Given
        table.settle();
        for (String task : List.of("a", "b", "c", "d")) {
            table.promote(ModelEvents.promotion(task, 1));
        }
        assertThat(heard).containsExactly("rejected PROMOTED_TASK_COUNT");
        assertThat(tasks()).containsExactly("a", "b", "c");

        // When
        publish(1);
        promote(1);
        publish("a", 1);
        table.promote(ModelEvents.promotion("d", 1));

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(tasks()).containsExactly("a", "b", "birds", "c", "d");
        assertThat(heard).containsExactly("rejected PROMOTED_TASK_COUNT", "swapped 1 live", "swapped 1 live");
    }

    @Test
    void keepsPromotionsOfTheHistoryThatComeBeforeTheirVersions() {
        // Given: more than may be without a version, and those of tasks with one come last
        for (String task : List.of("a", "b", "c", "d", "e")) {
            table.promote(ModelEvents.promotion(task, 1));
        }
        promote(1);
        publish(1);

        // When
        table.settle();

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(tasks()).hasSize(4).contains("birds");
        assertThat(heard).containsExactly("swapped 1", "rejected PROMOTED_TASK_COUNT",
                "rejected PROMOTED_TASK_COUNT");
    }

    @Test
    void givesThePlaceOfATaskAwayWhenItsLastVersionIsDeleted() {
        // Given
        table.settle();
        for (String task : List.of("a", "b", "c")) {
            publish(task, 1);
        }
        table.promote(ModelEvents.promotion("b", 1));

        // When
        table.remove(ModelKey.parse("a@1"));
        table.remove(ModelKey.parse("b@1"));
        publish(1);

        // Then
        assertThat(tasks()).containsExactly("b", "birds", "c");
    }

    @Test
    void forgetsADeletedTaskThatIsPromotedWhereThoseAreTooMany() {
        // Given
        table.settle();
        publish(1);
        promote(1);
        for (String task : List.of("a", "b", "c")) {
            table.promote(ModelEvents.promotion(task, 1));
        }

        // When
        table.remove(ModelKey.parse("birds@1"));

        // Then
        assertThat(tasks()).containsExactly("a", "b", "c");
    }

    @Test
    void tellsOfATaskOnceItHasAVersion() {
        // Given
        table.settle();
        promote(1);
        assertThat(entered).isEmpty();

        // When
        publish(1);

        // Then
        assertThat(entered).containsOnly("birds");
    }

    @Test
    void leavesARequestTheModelItStartedWith() {
        // Given
        table.settle();
        publish(1);
        publish(2);
        promote(1);
        Model taken = table.model(BIRDS, Optional.empty());

        // When
        promote(2);

        // Then
        assertThat(taken.card().version().number()).isEqualTo(1);
        assertThat(taken.head().probabilities(new float[] { 5, 0 })[0]).isGreaterThan(0.99f);
        assertThat(serving()).isEqualTo(2);
    }

    @Test
    void saysWhichVersionsAreInMemoryAndWhenATaskHasNone() {
        // Given
        table.settle();
        publish(1);
        promote(1);
        publish(2);
        publish(3);
        publish(4);
        assertThat(present).containsExactly("birds@1", "birds@4");

        // When
        for (int version = 1; version <= 4; version++) {
            table.remove(new ModelKey(BIRDS, new ModelVersion(version)));
        }

        // Then
        assertThat(present).isEmpty();
        assertThat(heard).containsExactly("swapped 1 live", "left birds");
    }
}
