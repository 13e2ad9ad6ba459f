package io.graft.trainer.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.event.ContractJson;
import io.graft.event.Json;
import io.graft.event.RecordPlace;
import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.model.ModelKey;
import io.graft.model.SampleSketch;
import io.graft.sample.SampleKey;
import io.graft.testing.LiveHeap;

class ModelHistoryTest {

    private static final Topics TOPICS = new Topics("");
    private static final TaskId TASK = new TaskId("birds");
    private static final SampleKey SEEN = new SampleKey(TASK, new SampleId("s-0"));
    /** The whole event of such a version takes more than 50,000: a head and a self-test of ten labels and 512 numbers. */
    private static final int BYTES_OF_A_VERSION_MAX = 15_000;
    private static final int SAMPLE_COUNT = 10_000;

    @Test
    void summarizesTheNewestVersions() throws Exception {
        // Given
        ModelHistory history = new ModelHistory(TOPICS, 2);

        // When
        for (int version : List.of(3, 1, 2, 4)) {
            history.apply(version(version, sketch(5)));
        }

        // Then
        assertThat(history.versions(TASK)).extracting(VersionSummary::version).containsExactly(of(3), of(4));
        assertThat(history.newest(TASK).orElseThrow().version()).isEqualTo(of(4));
        assertThat(history.versionsWith(SEEN)).containsExactly(of(3), of(4));
        assertThat(history.nextVersion(TASK)).isEqualTo(of(5));
    }

    @Test
    void remembersRequestAndPlaceOfEveryVersion() throws Exception {
        // Given
        ModelHistory history = new ModelHistory(TOPICS, 1);

        // When
        for (int version = 1; version <= 3; version++) {
            history.apply(version(version, sketch(5)));
        }

        // Then
        assertThat(history.findByRequest(TASK, new TrainRequestId("request-1"))).contains(of(1));
        assertThat(history.place(new ModelKey(TASK, of(1)))).contains(new RecordPlace("model-ready", 0, 1));
        assertThat(history.place(new ModelKey(TASK, of(4)))).isEmpty();
    }

    @Test
    void forgetsADeletedVersionAndItsRequestButNotItsNumber() throws Exception {
        // Given
        ModelHistory history = new ModelHistory(TOPICS, 10);
        history.apply(version(1, sketch(5)));

        // When
        history.apply(record(2, 1, null));

        // Then
        assertThat(history.versions(TASK)).isEmpty();
        assertThat(history.place(new ModelKey(TASK, of(1)))).isEmpty();
        assertThat(history.findByRequest(TASK, new TrainRequestId("request-1"))).isEmpty();
        assertThat(history.nextVersion(TASK)).isEqualTo(of(2));
    }

    @Test
    void countsOnBehindEveryVersionThatAPromotionGivesARole() throws Exception {
        // Given
        ModelHistory history = new ModelHistory(TOPICS, 10);
        history.apply(version(1, sketch(5)));

        // When
        history.apply(promotion("{\"version\":1,\"previousVersion\":4}"));
        ModelVersion afterOwn = history.nextVersion(TASK);
        history.apply(promotion("{\"version\":1,\"canary\":{\"version\":6,\"percent\":5},\"shadow\":{\"version\":7}}"));
        ModelVersion afterShadow = history.nextVersion(TASK);
        history.apply(promotion("{\"version\":9}"));
        history.apply(promotion("{\"version\":2147483647}"));

        // Then
        assertThat(afterOwn).isEqualTo(of(2));
        assertThat(afterShadow).isEqualTo(of(8));
        assertThat(history.nextVersion(TASK)).isEqualTo(of(10));
    }

    @Test
    void nothingServesOnceATaskHasNoVersionAnyMore() throws Exception {
        // Given
        ModelHistory history = new ModelHistory(TOPICS, 1);
        history.apply(version(1, sketch(5)));
        history.apply(version(2, sketch(5)));
        history.apply(promotion("{\"version\":2}"));

        // When
        history.apply(record(2, 2, null));
        Optional<ModelVersion> whileThereIsAnother = history.servingVersion(TASK);
        history.apply(record(3, 1, null));

        // Then
        assertThat(whileThereIsAnother).contains(of(2));
        assertThat(history.servingVersion(TASK)).isEmpty();
        assertThat(history.nextVersion(TASK)).isEqualTo(of(3));
    }

    @Test
    void doesNotKnowATaskBecauseSomebodyAsked() {
        // Given
        ModelHistory history = new ModelHistory(TOPICS, 10);

        // When
        history.versions(TASK);
        history.promotion(TASK);
        history.nextVersion(TASK);

        // Then
        assertThat(history.tasks()).isEmpty();
    }

    @Test
    void holdsAThousandVersionsInAFewBytesEach() throws Exception {
        // Given
        ModelHistory history = new ModelHistory(TOPICS, 1000);
        SampleSketch sketch = sketch(SAMPLE_COUNT);
        history.apply(version(1, sketch));
        long before = LiveHeap.bytes();

        // When
        for (int version = 2; version <= 1001; version++) {
            history.apply(version(version, sketch));
        }

        // Then
        assertThat(LiveHeap.bytes() - before).isLessThan(1000L * BYTES_OF_A_VERSION_MAX);
        assertThat(history.versionsWith(SEEN)).hasSize(1000);
    }

    private static ModelVersion of(int version) {
        return new ModelVersion(version);
    }

    private static SampleSketch sketch(int sampleCount) {
        Collection<SampleId> samples = IntStream.range(0, sampleCount).mapToObj(i -> new SampleId("s-" + i)).toList();
        return SampleSketch.of(samples);
    }

    /** A version of ten labels over 512 numbers. */
    private static ConsumerRecord<byte[], byte[]> version(int version, SampleSketch sketch) throws Exception {
        ObjectNode model = (ObjectNode) Json.LENIENT.readTree(ContractJson.MODEL_READY);
        model.put("task", TASK.value()).put("version", version).put("trainRequestId", "request-" + version);
        ((ObjectNode) model.get("head")).put("data", base64(10 * 512 * Float.BYTES));
        ((ObjectNode) model.get("selfTest")).put("features", base64(4 * 512 * Float.BYTES));
        ((ObjectNode) model.get("dataset")).set("samples", Json.LENIENT.valueToTree(sketch));
        return record(version, version, Json.write(model));
    }

    private static ConsumerRecord<byte[], byte[]> promotion(String fields) throws Exception {
        ObjectNode promotion = (ObjectNode) Json.LENIENT.readTree(fields);
        promotion.put("task", TASK.value()).put("reason", "manual").put("at", "2026-01-01T00:00:00Z");
        return new ConsumerRecord<>(TOPICS.promotions(), 0, 0, 0, TimestampType.CREATE_TIME, 0, 0,
                TASK.value().getBytes(StandardCharsets.UTF_8), Json.write(promotion), new RecordHeaders(), Optional.empty());
    }

    private static String base64(int byteCount) {
        return Base64.getEncoder().encodeToString(new byte[byteCount]);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, int version, byte @Nullable [] value) {
        byte[] key = (TASK + "@" + version).getBytes(StandardCharsets.UTF_8);
        return new ConsumerRecord<>(TOPICS.modelReady(), 0, offset, 0, TimestampType.CREATE_TIME, 0, 0, key, value,
                new RecordHeaders(), Optional.empty());
    }
}
