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

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbone;
import io.graft.event.Json;
import io.graft.event.RecordPlace;
import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.serving.VersionState.Archived;
import io.graft.inference.serving.VersionState.Loaded;
import io.graft.inference.serving.VersionState.Loading;
import io.graft.inference.serving.VersionState.Refused;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.problem.Problem;
import io.graft.signature.ModelSignatures;

/** Versions of a backbone of three numbers that is loaded late, beside one of two numbers that is there. */
class BackboneLoadingTest {

    private static final TaskId BIRDS = new TaskId("birds");

    private final FakeBackbone there = new FakeBackbone(2);
    private final FakeBackbone late = new FakeBackbone(3);
    private final Shelf shelf = new Shelf();
    private final Map<RecordPlace, ModelRecord> topic = new HashMap<>();
    private final List<Boolean> live = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private Instant now = ModelEvents.REQUESTED_AT;
    private final ServingTable table = new ServingTable(
            new ModelVerifier(shelf, TableInMemory.NO_TAILS, ModelSignatures.NOT_ASKED_FOR, 10_000),
            place -> Optional.ofNullable(topic.get(place)),
            new ServingLimits(3, 3, 20, 2, 2, Duration.ofSeconds(30), Duration.ofMinutes(10)), new Recorder(), () -> now);

    /** Loads when the test says so. */
    private final class Shelf implements BackboneLookup {

        private boolean warm;
        private @Nullable Problem failure;

        @Override
        public Optional<Backbone> find(String sha256, int dimension) {
            return dimension == 2 ? Optional.of(there) : warm ? Optional.of(late) : Optional.empty();
        }

        @Override
        public boolean isExpected(BackboneReference reference) {
            if (failure != null) {
                throw failure;
            }
            return true;
        }

        @Override
        public void load(BackboneId id) {
            heard.add("load " + id);
        }
    }

    private final class Recorder implements ServingListener {

        @Override
        public void swapped(Swap swap) {
            heard.add("swapped " + swap.model().card().version());
            live.add(swap.live());
        }

        @Override
        public void refused(TaskId task) {
            heard.add("refused " + task);
        }

        @Override
        public void cast(TaskId task, Roles roles) {
        }
    }

    private void publish(int version, FakeBackbone backbone) {
        String[] labels = backbone == there ? new String[] { "owl", "tit" } : new String[] { "owl", "tit", "wren" };
        ModelReady ready = ModelEvents.ready("birds", version, backbone.descriptor(), ModelEvents.largest(labels));
        RecordPlace place = new RecordPlace("model-ready", 0, topic.size());
        ModelRecord record = new ModelRecord(Json.write(ready), Optional.empty());
        topic.put(place, record);
        table.add(ready.key(), record, place);
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
    void swapsOnceTheBackboneIsLoaded() {
        // Given
        table.settle();
        publish(1, there);
        promote(1);
        publish(2, late);
        promote(2);
        table.admitLoaded();
        assertThat(serving()).isEqualTo(1);
        assertThat(state(2)).isInstanceOf(Loading.class);
        assertThatThrownBy(() -> table.model(BIRDS, Optional.of(new ModelVersion(2)))).hasMessage(
                "version 2 of task 'birds' waits for backbone 'fake' to be loaded");

        // When
        shelf.warm = true;
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(2);
        assertThat(heard).containsExactly("swapped 1", "load fake", "load fake", "swapped 2");
    }

    @Test
    void goesOnWithTheOldVersionWhenTheBackboneCannotBeLoaded() {
        // Given
        table.settle();
        publish(1, there);
        promote(1);
        publish(2, late);
        promote(2);

        // When
        shelf.failure = Problem.broken("BACKBONE_BROKEN", "backbone 'fake' cannot be opened: a flipped byte");
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(((Refused) state(2)).problem().code()).isEqualTo("MODEL_BACKBONE_BROKEN");
        assertThat(((Refused) state(2)).problem().sentence()).isEqualTo("model 'birds@2' takes features of backbone 'fake',"
                + " which cannot be loaded: backbone 'fake' cannot be opened: a flipped byte");
        assertThat(table.refusedPromotions()).extracting(entry -> entry.getKey().toString()).containsExactly("birds@2");
        assertThat(heard).containsExactly("swapped 1", "load fake", "load fake", "refused birds", "refused birds");
    }

    @Test
    void triesABackboneAgainThatWasMendedWhenItsVersionIsPromotedAgain() {
        // Given
        table.settle();
        shelf.failure = Problem.broken("BACKBONE_BROKEN", "a flipped byte");
        publish(1, late);
        assertThat(state(1)).isInstanceOf(Refused.class);

        // When
        shelf.failure = null;
        shelf.warm = true;
        promote(1);

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(table.refusedPromotions()).isEmpty();
    }

    @Test
    void followsTheNewerPromotionWhileABackboneIsLoaded() {
        // Given
        table.settle();
        publish(1, there);
        publish(2, late);
        publish(3, there);
        promote(1);
        promote(2);

        // When
        promote(3);
        shelf.warm = true;
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(3);
        assertThat(state(2)).isInstanceOf(Loaded.class);
        assertThat(heard).containsExactly("load fake", "swapped 1", "load fake", "refused birds", "swapped 3");
    }

    @Test
    void loadsWhatTheHistoryPromotesAndNoMore() {
        // Given
        publish(1, late);
        publish(2, late);
        promote(1);
        promote(2);
        assertThat(heard).isEmpty();

        // When
        table.settle();
        table.admitLoaded();

        // Then
        assertThat(heard).containsExactly("load fake");
        assertThat(state(1)).isInstanceOf(Archived.class);
        assertThat(state(2)).isInstanceOf(Loading.class);
        assertThat(table.isSettled()).isTrue();
        assertThat(table.isComplete()).isFalse();

        // When
        shelf.warm = true;
        table.admitLoaded();

        // Then
        assertThat(table.isComplete()).isTrue();
        assertThat(serving()).isEqualTo(2);
        assertThat(live).containsExactly(false);
    }

    @Test
    void servesAfterARestartWhatServedBeforeWhereABackboneCannotBeLoaded() {
        // Given
        publish(1, there);
        publish(2, late);
        promote(1);
        promote(2);
        table.settle();
        assertThat(table.isComplete()).isFalse();

        // When
        shelf.failure = Problem.broken("BACKBONE_BROKEN", "a flipped byte");
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(table.isComplete()).isTrue();
        assertThat(heard).containsExactly("load fake", "refused birds", "refused birds", "swapped 1");
    }

    @Test
    void staysCompleteWhileALaterVersionLoads() {
        // Given
        table.settle();

        // When
        publish(1, late);
        promote(1);
        table.admitLoaded();

        // Then
        assertThat(table.isComplete()).isTrue();
    }

    @Test
    void waitsLongerForABackboneThanForAVersion() {
        // Given
        table.settle();
        publish(1, late);
        promote(1);
        now = now.plusSeconds(599);
        table.refuseOverdue();
        assertThat(heard).containsExactly("load fake", "load fake");

        // When
        now = now.plusSeconds(1);
        table.refuseOverdue();

        // Then
        assertThat(heard).containsExactly("load fake", "load fake", "refused birds");
    }
}
