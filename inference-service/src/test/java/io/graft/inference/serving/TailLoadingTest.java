package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbone;
import io.graft.event.Json;
import io.graft.event.RecordPlace;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.serving.VersionState.Archived;
import io.graft.inference.serving.VersionState.Loaded;
import io.graft.inference.serving.VersionState.Loading;
import io.graft.inference.serving.VersionState.Refused;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.problem.Problem;
import io.graft.signature.ModelSignatures;
import io.graft.tail.Depth;
import io.graft.tail.Tail;

/** Versions with blocks of their own, which are fetched late. */
class TailLoadingTest {

    private static final TaskId BIRDS = new TaskId("birds");

    private final FakeBackbone backbone = new FakeBackbone(2);
    private final Shelf shelf = new Shelf();
    private final Map<RecordPlace, ModelRecord> topic = new HashMap<>();
    private final List<String> announced = new ArrayList<>();
    private final ServingTable table = table();

    private ServingTable table() {
        return new ServingTable(
                new ModelVerifier((sha256, dimension) -> Optional.of(backbone), shelf, ModelSignatures.NOT_ASKED_FOR, 10_000),
                place -> Optional.ofNullable(topic.get(place)),
                new ServingLimits(3, 3, 20, 10, 2, Duration.ofSeconds(30), Duration.ofMinutes(10)),
                new TableInMemory.SilentListener() {
                    @Override
                    public void servesNext(ModelKey model) {
                        announced.add(model.toString());
                    }
                }, () -> ModelEvents.REQUESTED_AT);
    }

    /** Gives blocks when the test says so. */
    private static final class Shelf implements TailLookup {

        private boolean fetched;
        private @Nullable Problem failure;
        private final Set<ModelKey> waitedFor = new TreeSet<>(Comparator.comparing(ModelKey::toString));

        @Override
        public Optional<Tail> take(ModelKey key, TailArtifact artifact, Backbone of) {
            if (failure != null) {
                throw failure;
            }
            waitedFor.add(key);
            return fetched ? Optional.of(Tail.decode(Tail.encode(Depth.LAST_BLOCK, new LinkedHashMap<>()))) : Optional.empty();
        }

        @Override
        public void forget(ModelKey key) {
            waitedFor.remove(key);
        }
    }

    @BeforeEach
    void settle() {
        table.settle();
        publish(ready(1));
        table.promote(ModelEvents.promotion("birds", 1));
    }

    private ModelReady ready(int version) {
        return ModelEvents.ready("birds", version, backbone.descriptor(), ModelEvents.largest("owl", "tit"));
    }

    private void publish(ModelReady ready) {
        RecordPlace place = new RecordPlace("model-ready", 0, topic.size());
        ModelRecord record = new ModelRecord(Json.write(ready), Optional.empty());
        topic.put(place, record);
        table.add(ready.key(), record, place);
    }

    private RecordPlace topicPlace(byte[] json) {
        RecordPlace place = new RecordPlace("model-ready", 0, topic.size());
        topic.put(place, new ModelRecord(json, Optional.empty()));
        return place;
    }

    private void publishTuned(int version) {
        publish(ModelEvents.withTail(ready(version)));
        table.promote(ModelEvents.promotion("birds", version));
    }

    private int serving() {
        return table.model(BIRDS, Optional.empty()).card().version().number();
    }

    private VersionState state(int version) {
        return Objects.requireNonNull(table.task(BIRDS).orElseThrow().versions().get(new ModelVersion(version)));
    }

    @Test
    void swapsOnceTheBlocksAreThere() {
        // Given
        publishTuned(2);
        table.admitLoaded();
        assertThat(serving()).isEqualTo(1);
        assertThat(state(2)).isInstanceOf(Loading.class);
        assertThatThrownBy(() -> table.model(BIRDS, Optional.of(new ModelVersion(2)))).hasMessage(
                "version 2 of task 'birds' waits for its own blocks on backbone 'fake' to be loaded");

        // When
        shelf.fetched = true;
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(2);
        assertThat(table.model(BIRDS, Optional.empty()).tail()).isPresent();
        assertThat(table.model(BIRDS, Optional.of(new ModelVersion(1))).tail()).isEmpty();
    }

    /** Whoever keeps something of a version from then on hears of its end only once it is in memory. */
    @Test
    void doesNotTellOfAVersionThatServesWhileItsEventIsReadAgain() {
        // Given
        publishTuned(2);
        shelf.fetched = true;
        table.admitLoaded();
        announced.clear();

        // When
        shelf.fetched = false;
        publish(ModelEvents.withTail(ready(2)));
        table.admitLoaded();

        // Then
        assertThat(state(2)).isInstanceOf(Loading.class);
        assertThat(serving()).isEqualTo(2);
        assertThat(announced).isEmpty();
    }

    @Test
    void goesOnWithTheOldVersionWhenTheBlocksAreWrong() {
        // Given
        publishTuned(2);

        // When
        shelf.failure = Problem.invalid("MODEL_TAIL_PROBE_FAILED", "model 'birds@2' answers otherwise");
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(1);
        assertThat(((Refused) state(2)).problem().code()).isEqualTo("MODEL_TAIL_PROBE_FAILED");
    }

    @Test
    void takesBlocksThatWereRestoredWhenTheirVersionIsPromotedAgain() {
        // Given
        publishTuned(2);
        shelf.failure = Problem.missing("OBJECT_MISSING", "object 'birds-2' is not there");
        table.admitLoaded();
        shelf.failure = null;
        shelf.fetched = true;
        table.admitLoaded();
        assertThat(((Refused) state(2)).problem().code()).isEqualTo("OBJECT_MISSING");

        // When
        table.promote(ModelEvents.promotion("birds", 2));
        table.admitLoaded();

        // Then
        assertThat(serving()).isEqualTo(2);
    }

    @Test
    void servesAfterARestartWhatServedBeforeWhereTheBlocksAreGone() {
        // Given
        ServingTable begun = table();
        for (ModelReady ready : List.of(ready(1), ModelEvents.withTail(ready(2)), ModelEvents.withTail(ready(3)))) {
            begun.add(ready.key(), new ModelRecord(Json.write(ready), Optional.empty()),
                    topicPlace(Json.write(ready)));
            begun.promote(ModelEvents.promotion("birds", ready.version().number()));
        }
        begun.settle();
        assertThat(begun.isComplete()).isFalse();

        // When
        shelf.failure = Problem.missing("OBJECT_MISSING", "not there");
        begun.admitLoaded();
        begun.admitLoaded();

        // Then
        assertThat(begun.model(BIRDS, Optional.empty()).card().version().number()).isEqualTo(1);
        assertThat(begun.isComplete()).isTrue();
    }

    @Test
    void letsTheBlocksOfOlderVersionsGo() {
        // Given
        shelf.fetched = true;

        // When
        for (int version = 2; version <= 5; version++) {
            publishTuned(version);
            table.admitLoaded();
        }

        // Then
        assertThat(state(1)).isInstanceOf(Loaded.class);
        assertThat(state(2)).isInstanceOf(Archived.class);
        assertThat(state(3)).isInstanceOf(Archived.class);
        assertThat(state(4)).isInstanceOf(Loaded.class);
        assertThat(serving()).isEqualTo(5);
    }

    @Test
    void fetchesNothingOfTheHistoryButWhatServes() {
        // Given
        ServingTable begun = table();
        for (int version = 1; version <= 9; version++) {
            ModelReady tuned = ModelEvents.withTail(ready(version));
            begun.add(tuned.key(), new ModelRecord(Json.write(tuned), Optional.empty()),
                    new RecordPlace("model-ready", 0, version));
        }
        begun.promote(ModelEvents.promotion("birds", 8));

        // When
        begun.settle();
        begun.admitLoaded();

        // Then
        assertThat(shelf.waitedFor).hasToString("[birds@8]");
        assertThat(begun.isComplete()).isFalse();
    }

    @Test
    void forgetsTheBlocksOfAVersionThatIsDeleted() {
        // Given
        publishTuned(2);
        table.admitLoaded();
        assertThat(shelf.waitedFor).hasSize(1);

        // When
        table.remove(ready(2).key());
        table.admitLoaded();

        // Then
        assertThat(shelf.waitedFor).isEmpty();
    }
}
