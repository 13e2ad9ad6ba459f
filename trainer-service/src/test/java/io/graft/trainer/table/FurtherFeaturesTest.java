package io.graft.trainer.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.feature.FeatureKey;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;

/** Samples with features of two backbones, {@code old} of the embedder and {@code new} of a run. */
class FurtherFeaturesTest {

    private static final TaskId TASK = new TaskId("birds");
    private static final BackboneKey OLD = new BackboneKey("ab".repeat(32), new BackboneId("old"), 1);
    private static final BackboneKey NEW = new BackboneKey("cd".repeat(32), new BackboneId("new"), 2);
    private static final String CONTENT = "01".repeat(32);
    private static final String OTHER_CONTENT = "02".repeat(32);

    private final TaskFeatures features = new TaskFeatures(TASK, key -> true);
    private long nextOffset;

    @Test
    void givesEachBackboneItsOwnFeaturesOfTheSameSamples() {
        // Given
        own("a", 1, "owl", CONTENT, OLD, 1);
        own("b", 1, "hawk", CONTENT, OLD, 2);

        // When
        further("a", 1, CONTENT, NEW, 10, 11);

        // Then
        assertThat(numbers(features.snapshot(OLD, 0, id -> true))).containsExactly(1, 2);
        FeatureSnapshot snapshot = features.snapshot(NEW, 0, id -> true);
        assertThat(numbers(snapshot)).containsExactly(10, 11);
        assertThat(snapshot.leftOut()).isEqualTo(Map.of(OLD, 1L));
        assertThat(features.lacking(NEW)).isEqualTo(Map.of(new SampleId("b"), new SampleOrigin(1, CONTENT)));
        assertThat(features.lacking(OLD)).isEmpty();
    }

    @Test
    void takesTheLabelThatTheSampleHasNow() {
        // Given
        own("a", 1, "owl", CONTENT, OLD, 1);
        further("a", 1, CONTENT, NEW, 10, 11);

        // When
        own("a", 2, "hawk", CONTENT, OLD, 1);

        // Then
        assertThat(features.snapshot(NEW, 0, id -> true).labels()).containsExactly("hawk");
        assertThat(features.unneeded()).isEmpty();
    }

    @Test
    void lacksAFeatureOfASampleThatWasSentWithAnotherContent() {
        // Given
        own("a", 1, "owl", CONTENT, OLD, 1);
        further("a", 1, CONTENT, NEW, 10, 11);

        // When
        own("a", 2, "owl", OTHER_CONTENT, OLD, 3);

        // Then
        assertThat(features.lacking(NEW)).isEqualTo(Map.of(new SampleId("a"), new SampleOrigin(2, OTHER_CONTENT)));
        assertThat(features.unneeded()).containsExactly(key("a", NEW));
    }

    @Test
    void hasNothingOfADeletedSampleAndGivesUpItsFurtherFeature() {
        // Given
        own("a", 1, "owl", CONTENT, OLD, 1);
        further("a", 1, CONTENT, NEW, 10, 11);

        // When
        apply(FeatureKey.of(sample("a")), 5, null);

        // Then
        assertThat(features.count()).isZero();
        assertThat(features.states(NEW)).isEmpty();
        assertThat(features.unneeded()).containsExactly(key("a", NEW));
        apply(key("a", NEW), 6, null);
        assertThat(features.unneeded()).isEmpty();
    }

    @Test
    void takesAFurtherFeatureThatCompactionHasPutBeforeItsSample() {
        // When
        further("a", 1, CONTENT, NEW, 10, 11);
        own("a", 2, "hawk", CONTENT, OLD, 1);

        // Then
        assertThat(numbers(features.snapshot(NEW, 0, id -> true))).containsExactly(10, 11);
    }

    @Test
    void needsNoFurtherFeatureOnceTheSampleHasItItself() {
        // Given
        own("a", 1, "owl", CONTENT, OLD, 1);
        further("a", 1, CONTENT, NEW, 10, 11);

        // When
        own("a", 2, "owl", CONTENT, NEW, 10, 11);

        // Then
        assertThat(features.unneeded()).containsExactly(key("a", NEW));
        assertThat(features.lacking(NEW)).isEmpty();
        assertThat(features.lacking(OLD)).containsOnlyKeys(new SampleId("a"));
    }

    @Test
    void neverMixesFeaturesOfChangedWeightsBehindTheSameName() {
        // Given
        BackboneKey changed = new BackboneKey("ef".repeat(32), NEW.id(), NEW.dimension());
        own("a", 1, "owl", CONTENT, OLD, 1);
        own("b", 1, "hawk", CONTENT, OLD, 2);
        further("a", 1, CONTENT, NEW, 10, 11);
        further("b", 1, CONTENT, NEW, 20, 21);

        // When
        further("a", 1, CONTENT, changed, 30, 31);

        // Then
        assertThat(numbers(features.snapshot(changed, 0, id -> true))).containsExactly(30, 31);
        assertThat(features.lacking(changed)).containsOnlyKeys(new SampleId("b"));
        assertThat(numbers(features.snapshot(NEW, 0, id -> true))).containsExactly(20, 21);
    }

    @Test
    void isNoChangeThatAPolicyWouldTrainFor() {
        // Given
        own("a", 1, "owl", CONTENT, OLD, 1);
        FeatureChanges before = features.changesSince(0);

        // When
        further("a", 1, CONTENT, NEW, 10, 11);

        // Then
        assertThat(features.changesSince(0)).isEqualTo(before);
        assertThat(features.changesSince(1).changedSampleCount()).isZero();
        assertThat(features.count()).isEqualTo(1);
    }

    @Test
    void countsASampleWhoseOnlyUsableFeatureIsAFurtherOne() {
        // Given
        TaskFeatures trained = new TaskFeatures(TASK, NEW::equals);
        assertThatThrownBy(() -> trained.apply(FeatureKey.of(sample("a")),
                record(FeatureKey.of(sample("a")), 1, feature("a", 1, "owl", CONTENT, OLD, 1)))).isInstanceOf(Problem.class);

        // When
        trained.apply(key("a", NEW), record(key("a", NEW), 1, feature("a", 1, "owl", CONTENT, NEW, 10, 11)));

        // Then
        assertThat(trained.count()).isEqualTo(1);
        assertThat(trained.snapshot(Optional.empty(), 0).backbone()).isEqualTo(NEW.id());
    }

    @Test
    void refusesAFurtherFeatureOfAnotherBackboneThanItsKeySays() {
        assertThatThrownBy(() -> features.apply(key("a", OLD),
                record(key("a", OLD), 1, feature("a", 1, "owl", CONTENT, NEW, 1, 2)))).isInstanceOf(Problem.class)
                .hasMessage("feature of sample 'birds/a' is of backbone 'new' (expected: 'old', as its key says)");
    }

    private void own(String id, long timestampMs, String label, String content, BackboneKey backbone, float... numbers) {
        apply(FeatureKey.of(sample(id)), timestampMs, feature(id, timestampMs, label, content, backbone, numbers));
    }

    private void further(String id, long timestampMs, String content, BackboneKey backbone, float... numbers) {
        apply(key(id, backbone), timestampMs, feature(id, timestampMs, "as it was", content, backbone, numbers));
    }

    private void apply(FeatureKey key, long timestampMs, @Nullable Feature feature) {
        features.apply(key, record(key, timestampMs, feature));
    }

    private ConsumerRecord<byte[], byte[]> record(FeatureKey key, long timestampMs, @Nullable Feature feature) {
        return new ConsumerRecord<>("sample-features", 0, nextOffset++, timestampMs, TimestampType.CREATE_TIME, 0, 0,
                key.toBytes(), feature == null ? null : FeatureCodec.encode(feature), new RecordHeaders(), Optional.empty());
    }

    private static FeatureKey key(String id, BackboneKey backbone) {
        return FeatureKey.further(sample(id), backbone.id());
    }

    private static SampleKey sample(String id) {
        return new SampleKey(TASK, new SampleId(id));
    }

    private static Feature feature(String id, long timestampMs, String label, String content, BackboneKey backbone,
            float... numbers) {
        return new Feature(sample(id), timestampMs, new Label(label), Optional.empty(), content, backbone.id(),
                backbone.sha256(), "float32", new Embedding(numbers));
    }

    private static float[] numbers(FeatureSnapshot snapshot) {
        ByteBuffer features = snapshot.features();
        float[] numbers = new float[features.limit() / Float.BYTES];
        features.asFloatBuffer().get(numbers);
        return numbers;
    }
}
