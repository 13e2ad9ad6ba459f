package io.graft.trainer.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.event.ContractJson;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.feature.FeatureKey;
import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.Promotion;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.trainer.history.ModelHistory;
import io.graft.trainer.history.RunHistory;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.table.FeatureTable;
import io.graft.trainer.table.Replacement;

/** A task of two samples that went from the backbone {@code old} to {@code new}; one of them has features of both. */
class OldFeaturesTest {

    private static final Topics TOPICS = new Topics("");
    private static final TaskId TASK = new TaskId("birds");
    private static final BackboneKey OLD = new BackboneKey("ab".repeat(32), new BackboneId("old"), 1);
    private static final BackboneKey NEW = new BackboneKey("cd".repeat(32), new BackboneId("new"), 1);
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration KEPT = Duration.ofDays(7);

    private final FeatureTable features = new FeatureTable(key -> true, new FeatureTable.Listener() {
        @Override
        public void taskAdded(TaskId task) {
        }

        @Override
        public void skipped(String code) {
        }
    });
    private final ModelHistory models = new ModelHistory(TOPICS, 10);
    private final RunHistory runs = new RunHistory();
    private long nextOffset;

    @BeforeEach
    void upgradeTheTask() throws Exception {
        features.apply(record(FeatureKey.of(sample("a")), feature("a", OLD, 1)));
        features.apply(record(FeatureKey.of(sample("gone")), feature("gone", OLD, 2)));
        features.apply(record(FeatureKey.further(sample("a"), NEW.id()), feature("a", NEW, 3)));
        models.apply(version(1, OLD, START));
        models.apply(promotion(1, START));
        models.apply(version(2, NEW, START.plusSeconds(60)));
        models.apply(promotion(2, START.plusSeconds(100)));
    }

    @Test
    void keepsThemForTheConfiguredTimeSinceThePromotion() {
        assertThat(due(START.plusSeconds(99).plus(KEPT))).isEmpty();
        assertThat(due(START.plusSeconds(100).plus(KEPT))).hasSize(1);
    }

    @Test
    void putsTheNewFeatureUnderTheSamplesKeyAndKeepsASampleThatHasNone() {
        // When
        Replacement due = due(START.plusSeconds(100).plus(KEPT)).get(0);

        // Then
        assertThat(due.written()).singleElement().satisfies(written -> {
            assertThat(written.key()).isEqualTo(sample("a"));
            assertThat(written.feature().orElseThrow().backbone()).isEqualTo(NEW.id());
            assertThat(written.feature().orElseThrow().embedding().values()).containsExactly(3);
        });
        assertThat(due.removed()).isEmpty();

        // When it is written
        features.apply(record(FeatureKey.of(sample("a")), due.written().get(0).feature().orElseThrow()));

        // Then nothing is due any more, nothing has changed for a policy, and the further feature is one too many
        assertThat(due(START.plusSeconds(100).plus(KEPT))).isEmpty();
        assertThat(features.changesSince(TASK, 2).changedSampleCount()).isZero();
        assertThat(features.unneeded()).containsValue(List.of(FeatureKey.further(sample("a"), NEW.id())));
    }

    @Test
    void removesFurtherFeaturesOfABackboneThatTheTaskLeft() throws Exception {
        // Given the task has gone back
        models.apply(promotion(1, START.plusSeconds(200)));

        // When
        Replacement due = due(START.plusSeconds(200).plus(KEPT)).get(0);

        // Then
        assertThat(due.removed()).containsExactly(FeatureKey.further(sample("a"), NEW.id()));
        assertThat(due.written()).isEmpty();
    }

    @Test
    void beginsTheTimeAnewWithAVersionOfTheOldBackbone() throws Exception {
        // Given
        models.apply(version(3, OLD, START.plus(KEPT)));

        // Then
        assertThat(due(START.plusSeconds(100).plus(KEPT))).isEmpty();
        assertThat(due(START.plus(KEPT).plus(KEPT))).hasSize(1);
    }

    @Test
    void removesNothingWhileARunIsUnderWay() {
        // Given
        TrainingProgress running = TrainingProgress.of(TASK, new TrainingRunId("r"), new TrainRequestId("r"),
                TrainingState.RUNNING, START);
        runs.apply(record(TOPICS.trainingProgress(), Topics.keyBytes(TASK.value()), Json.write(running)));

        // Then
        assertThat(due(START.plus(KEPT).plus(KEPT))).isEmpty();
    }

    private List<Replacement> due(Instant now) {
        return new OldFeatures(features, models, runs, Clock.fixed(now, ZoneOffset.UTC), KEPT).due();
    }

    private static SampleKey sample(String id) {
        return new SampleKey(TASK, new SampleId(id));
    }

    private static Feature feature(String id, BackboneKey backbone, float number) {
        return new Feature(sample(id), 1, new Label("owl"), Optional.empty(), "01".repeat(32), backbone.id(),
                backbone.sha256(), "float32", new Embedding(new float[] { number }));
    }

    private static ConsumerRecord<byte[], byte[]> version(int version, BackboneKey backbone, Instant at) throws Exception {
        ObjectNode model = (ObjectNode) Json.LENIENT.readTree(ContractJson.MODEL_READY);
        model.put("task", TASK.value()).put("version", version).put("trainRequestId", "request-" + version)
                .put("createdAt", at.toString());
        ((ObjectNode) model.get("backbone")).put("id", backbone.id().value()).put("sha256", backbone.sha256())
                .put("dimension", backbone.dimension());
        return record(TOPICS.modelReady(), Topics.keyBytes(TASK + "@" + version), Json.write(model));
    }

    private static ConsumerRecord<byte[], byte[]> promotion(int version, Instant at) {
        Promotion promotion = new Promotion(TASK, new ModelVersion(version), Optional.empty(), Promotion.Reason.MANUAL,
                Optional.empty(), Optional.empty(), Optional.empty(), at);
        return record(TOPICS.promotions(), Topics.keyBytes(TASK.value()), Json.write(promotion));
    }

    private ConsumerRecord<byte[], byte[]> record(FeatureKey key, Feature feature) {
        return new ConsumerRecord<>(TOPICS.sampleFeatures(), 0, nextOffset++, feature.timestampMs(),
                TimestampType.CREATE_TIME, 0, 0, key.toBytes(), FeatureCodec.encode(feature), new RecordHeaders(),
                Optional.empty());
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, byte[] key, byte @Nullable [] value) {
        return new ConsumerRecord<>(topic, 0, 0, 0, TimestampType.CREATE_TIME, 0, 0, key, value, new RecordHeaders(),
                Optional.empty());
    }
}
