package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.signature.ModelSignatures;
import io.graft.trace.Tracing;

class ServingRecordsTest {

    private static final TaskId BIRDS = new TaskId("birds");

    private final FakeBackbone backbone = new FakeBackbone(2);
    private final List<Rejection> rejections = new ArrayList<>();
    private final ServingListener listener = new TableInMemory.SilentListener() {

        @Override
        public void rejected(Rejection reason) {
            rejections.add(reason);
        }
    };
    private final ServingTable table = new ServingTable(
            new ModelVerifier((sha256, dimension) -> Optional.of(backbone), TableInMemory.NO_TAILS,
                    ModelSignatures.NOT_ASKED_FOR, 10_000),
            place -> Optional.empty(),
            new ServingLimits(10, 10, 10, 10, 10, Duration.ofSeconds(30), Duration.ofMinutes(10)),
            listener,
            () -> ModelEvents.REQUESTED_AT);
    private final ServingRecords records = new ServingRecords(new Topics("test."), table, listener, Tracing.OFF);

    private void apply(String topic, @Nullable String key, byte @Nullable [] value) {
        records.apply(new ConsumerRecord<>(topic, 0, 7, key == null ? null : key.getBytes(StandardCharsets.UTF_8), value));
    }

    private byte[] model() {
        return Json.write(ModelEvents.ready("birds", 1, backbone.descriptor(), ModelEvents.largest("owl", "tit")));
    }

    @Test
    void passesModelsPromotionsAndTombstonesOn() {
        // Given
        table.settle();

        // When
        apply("test.model-ready", "birds@1", model());
        apply("test.promotions", "birds", Json.write(ModelEvents.promotion("birds", 1)));

        // Then
        assertThat(table.task(BIRDS).orElseThrow().serving()).isPresent();

        // When
        apply("test.model-ready", "birds@1", null);

        // Then
        assertThat(table.task(BIRDS).orElseThrow().versions()).isEmpty();
    }

    @Test
    void goesOnAfterARecordThatCannotBeRead() {
        // Given
        table.settle();

        // When
        apply("test.model-ready", null, model());
        apply("test.model-ready", "birds", model());
        apply("test.model-ready", "Birds/..@1", model());
        apply("test.promotions", null, null);
        apply("test.promotions", "birds", "{}".getBytes(StandardCharsets.UTF_8));
        apply("test.promotions", "birds", "{\"task\": \"birds\", \"version\": 0}".getBytes(StandardCharsets.UTF_8));
        apply("test.model-ready", "birds@1", model());

        // Then
        assertThat(table.tasks()).singleElement().extracting(TaskServing::task).isEqualTo(BIRDS);
        assertThat(table.task(BIRDS).orElseThrow().versions()).hasSize(1);
        assertThat(rejections).hasSize(6).containsOnly(Rejection.UNREADABLE);
    }
}
