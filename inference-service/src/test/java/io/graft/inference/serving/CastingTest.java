package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.event.Json;
import io.graft.event.RecordPlace;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.problem.Problem;
import io.graft.signature.ModelSignatures;

class CastingTest {

    private static final TaskId BIRDS = new TaskId("birds");

    private final FakeBackbone backbone = new FakeBackbone(2);
    private final FakeBackbone wider = new FakeBackbone(3);
    private final Map<RecordPlace, ModelRecord> topic = new HashMap<>();
    private final List<String> heard = new ArrayList<>();
    private Instant now = ModelEvents.REQUESTED_AT;
    private final ServingTable table = new ServingTable(
            new ModelVerifier((sha256, dimension) -> Optional.of(dimension == 2 ? backbone : wider),
                    TableInMemory.NO_TAILS, ModelSignatures.NOT_ASKED_FOR, 10_000),
            place -> Optional.ofNullable(topic.get(place)),
            new ServingLimits(3, 3, 20, 2, 2, Duration.ofSeconds(30), Duration.ofMinutes(10)),
            new Recorder(), () -> now);

    private final class Recorder implements ServingListener {

        @Override
        public void swapped(Swap swap) {
            heard.add("swapped " + swap.model().card().version());
        }

        @Override
        public void refused(TaskId task) {
            heard.add("refused " + task);
        }

        @Override
        public void cast(TaskId task, Roles roles) {
            heard.add(Stream.of(roles.serving(), roles.canary().map(CanaryModel::model), roles.shadow())
                    .map(model -> model.map(held -> held.card().version().toString()).orElse("-"))
                    .collect(Collectors.joining(" ")));
        }
    }

    @BeforeEach
    void settle() {
        table.settle();
    }

    private void publish(int version) {
        publish(ModelEvents.ready("birds", version, backbone.descriptor(), ModelEvents.largest("owl", "tit")));
    }

    private void publish(ModelReady ready) {
        publish(ready.key(), Json.write(ready));
    }

    private void publish(ModelKey key, byte[] json) {
        RecordPlace place = new RecordPlace("model-ready", 0, topic.size());
        ModelRecord record = new ModelRecord(json, Optional.empty());
        topic.put(place, record);
        table.add(key, record, place);
    }

    private void publishBroken(int version) {
        ObjectNode event = Json.LENIENT
                .valueToTree(ModelEvents.ready("birds", version, backbone.descriptor(), ModelEvents.largest("owl", "tit")));
        event.withObject("head").put("sha256", "0".repeat(64));
        publish(new ModelKey(BIRDS, new ModelVersion(version)), Json.write(event));
    }

    private void promote(int version, int canary, double percent, int shadow) {
        table.promote(ModelEvents.promotion("birds", version, canary, percent, shadow));
    }

    private Route route(String routingKey) {
        return table.route(new ModelChoice(BIRDS, Optional.empty(), Optional.of(routingKey)));
    }

    private int answering(String routingKey) {
        return route(routingKey).model().card().version().number();
    }

    private List<String> keysOfTheCanary(int canary) {
        return IntStream.range(0, 10_000).mapToObj(i -> "user-" + i).filter(key -> answering(key) == canary).toList();
    }

    @Test
    void givesACanaryItsShareOfTheKeys() {
        // Given
        publish(1);
        publish(2);

        // When
        promote(1, 2, 12.5, 0);

        // Then
        assertThat(keysOfTheCanary(2)).hasSizeBetween(1150, 1350);
        assertThat(heard).containsExactly("1 2 -", "swapped 1");
    }

    @Test
    void keepsTheKeysOfACanaryWhoseShareGrows() {
        // Given
        publish(1);
        publish(2);
        promote(1, 2, 5, 0);
        List<String> few = keysOfTheCanary(2);

        // When
        promote(1, 2, 20, 0);

        // Then
        assertThat(few).isNotEmpty();
        assertThat(keysOfTheCanary(2)).containsAll(few).hasSizeGreaterThan(2 * few.size());
    }

    @Test
    void givesAnotherCanaryOtherKeys() {
        // Given
        publish(1);
        publish(2);
        publish(3);
        promote(1, 2, 10, 0);
        List<String> first = keysOfTheCanary(2);

        // When
        promote(1, 3, 10, 0);

        // Then
        assertThat(keysOfTheCanary(3)).filteredOn(first::contains).hasSizeLessThan(first.size() / 4);
    }

    @Test
    void givesACanaryItsShareOfRequestsWithoutAKey() {
        // Given
        publish(1);
        publish(2);

        // When
        promote(1, 2, 50, 0);

        // Then
        long canaryCount = IntStream.range(0, 2000)
                .filter(i -> table.route(ModelChoice.serving(BIRDS)).model().card().version().number() == 2).count();
        assertThat(canaryCount).isBetween(800L, 1200L);
    }

    @Test
    void neverSendsARequestThatNamesAVersionElsewhere() {
        // Given
        publish(1);
        publish(2);

        // When
        promote(1, 2, 100, 0);

        // Then
        Route named = table.route(new ModelChoice(BIRDS, Optional.of(new ModelVersion(1)), Optional.of("user-1")));
        assertThat(named.model().card().version().number()).isEqualTo(1);
        assertThat(answering("user-1")).isEqualTo(2);
    }

    @Test
    void measuresAShadowBehindWhatServesOnly() {
        // Given
        publish(1);
        publish(2);
        publish(3);

        // When
        promote(1, 2, 50, 3);

        // Then
        for (int i = 0; i < 100; i++) {
            Route route = route("user-" + i);
            assertThat(route.shadow().map(model -> model.card().version().number()))
                    .isEqualTo(route.model().card().version().number() == 1 ? Optional.of(3) : Optional.empty());
        }
    }

    @Test
    void endsTheCanaryWithTheNextPromotion() {
        // Given
        publish(1);
        publish(2);
        promote(1, 2, 100, 0);

        // When
        promote(2, 0, 0, 0);

        // Then
        assertThat(heard).containsExactly("1 2 -", "swapped 1", "2 - -", "swapped 2");
        assertThat(answering("user-1")).isEqualTo(2);
    }

    @Test
    void startsACanaryWhenItsVersionComes() {
        // Given
        publish(1);
        promote(1, 2, 100, 0);
        assertThat(answering("user-1")).isEqualTo(1);

        // When
        publish(2);

        // Then
        assertThat(answering("user-1")).isEqualTo(2);
        assertThat(heard).containsExactly("1 - -", "swapped 1", "1 2 -");
    }

    @Test
    void servesWithoutACanaryThatIsRefused() {
        // Given
        publish(1);
        publishBroken(2);
        heard.clear();

        // When
        promote(1, 2, 100, 0);

        // Then
        assertThat(answering("user-1")).isEqualTo(1);
        assertThat(heard).containsExactly("refused birds", "1 - -", "swapped 1");
    }

    @Test
    void keepsEveryRoleWhenTheVersionThatIsToServeIsRefused() {
        // Given
        publish(1);
        publish(2);
        publishBroken(3);
        promote(1, 2, 100, 0);

        // When
        promote(3, 1, 10, 0);

        // Then
        assertThat(answering("user-1")).isEqualTo(2);
    }

    @Test
    void refusesAShadowOfAnotherBackbone() {
        // Given
        publish(1);
        publish(ModelEvents.ready("birds", 2, wider.descriptor(), ModelEvents.largest("owl", "tit", "jay")));

        // When
        promote(1, 0, 0, 2);

        // Then
        assertThat(heard).containsExactly("refused birds", "1 - -", "swapped 1");
    }

    @Test
    void readsAnArchivedCanaryAgain() {
        // Given
        for (int version = 1; version <= 5; version++) {
            publish(version);
        }
        assertThat(table.task(BIRDS).orElseThrow().versions().get(new ModelVersion(1)))
                .isInstanceOf(VersionState.Archived.class);

        // When
        promote(5, 1, 100, 0);

        // Then
        assertThat(answering("user-1")).isEqualTo(1);
        assertThat(table.task(BIRDS).orElseThrow().versions().get(new ModelVersion(1))).isInstanceOf(VersionState.Loaded.class);
    }

    @Test
    void emptiesTheRoleOfAVersionThatIsDeleted() {
        // Given
        publish(1);
        publish(2);
        promote(1, 2, 100, 0);

        // When
        table.remove(ModelKey.parse("birds@2"));

        // Then
        assertThat(answering("user-1")).isEqualTo(1);
    }

    @Test
    void refusesACanaryOfNoOrAllTooManyRequests() {
        // When // Then
        assertThatThrownBy(() -> promote(1, 2, 0, 0)).isInstanceOf(Problem.class)
                .hasMessage("promotion's canary gets 0.0 percent (expected: above 0, at most 100)");
        assertThatThrownBy(() -> promote(1, 2, Double.NaN, 0)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> promote(2, 2, 5, 0)).isInstanceOf(Problem.class)
                .hasMessage("promotion's canary is version 2, which is to serve itself (expected: another version)");
    }

    @Test
    void countsACanaryThatNeverComesAsRefused() {
        // Given
        publish(1);
        promote(1, 2, 100, 0);

        // When
        now = now.plusSeconds(31);
        table.refuseOverdue();

        // Then
        assertThat(heard).containsExactly("1 - -", "swapped 1", "refused birds");
    }
}
