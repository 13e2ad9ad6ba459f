package io.graft.trainer.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.graft.digest.Digests;
import io.graft.feature.Embedding;
import io.graft.feature.EncodedFeature;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

class TaskFeaturesTest {

    private static final TaskId TASK = new TaskId("birds");
    private static final String BACKBONE = "ab".repeat(32);

    private final TaskFeatures features = new TaskFeatures(TASK, key -> true);
    private long nextOffset;

    @Test
    void countsASampleThatIsSentAgainOnce() {
        // When
        put(features, feature("a", 1, "owl", 1f));
        put(features, feature("a", 2, "owl", 1f));

        // Then
        assertThat(features.count()).isEqualTo(1);
    }

    @Test
    void takesTheLaterLabelWhateverTheOrder() {
        // Given
        put(features, feature("a", 2, "owl", 1f));

        // When
        boolean counted = put(features, feature("a", 1, "hawk", 1f));

        // Then
        assertThat(counted).isFalse();
        assertThat(features.counts(0)).isEqualTo(Map.of("owl", Map.of(Split.TRAIN, 1)));
    }

    @Test
    void doesNotBringBackADeletedSampleByAnOlderRecord() {
        // Given
        put(features, feature("a", 1, "owl", 1f));
        features.delete(new SampleId("a"), 5, 9);

        // When
        boolean older = put(features, feature("a", 4, "owl", 1f));
        boolean newer = put(features, feature("a", 6, "hawk", 1f));

        // Then
        assertThat(older).isFalse();
        assertThat(newer).isTrue();
        assertThat(features.count()).isEqualTo(1);
    }

    @Test
    void ignoresADeletionThatIsOlderThanTheSample() {
        // Given
        put(features, feature("a", 5, "owl", 1f));

        // When
        features.delete(new SampleId("a"), 4, 9);

        // Then
        assertThat(features.count()).isEqualTo(1);
    }

    @Test
    void copiesTrainingRowsFirstInTheOrderOfTheIds() {
        // Given
        put(features, feature("c", 1, "owl", 3f, Split.TRAIN));
        put(features, feature("a", 1, "hawk", 1f, Split.VALIDATION));
        put(features, feature("b", 1, "hawk", 2f, Split.TRAIN));

        // When
        FeatureSnapshot snapshot = features.snapshot(Optional.empty(), 0.2);

        // Then
        assertThat(snapshot.labels()).containsExactly("hawk", "owl");
        assertThat(snapshot.labelIndexes()).containsExactly(0, 1, 0);
        assertThat(snapshot.trainCount()).isEqualTo(2);
        assertThat(snapshot.validationCount()).isEqualTo(1);
        FloatBuffer numbers = snapshot.features().asFloatBuffer();
        assertThat(numbers.get(0)).isEqualTo(2f);
        assertThat(numbers.get(2)).isEqualTo(3f);
        assertThat(numbers.get(4)).isEqualTo(1f);
    }

    @Test
    void givesTheSameDigestWhateverTheOrderOfArrival() {
        // Given
        List<Feature> arrivals = IntStream.range(0, 500)
                .mapToObj(i -> feature("s" + i, 1000 + i, i % 3 == 0 ? "owl" : "hawk", i)).collect(Collectors.toList());
        arrivals.forEach(arrival -> put(features, arrival));
        String expected = features.snapshot(Optional.empty(), 0.2).sha256();

        // When
        TaskFeatures other = new TaskFeatures(TASK, key -> true);
        put(other, feature("gone", 1, "owl", 9f));
        other.delete(new SampleId("gone"), 2, 9);
        Collections.shuffle(arrivals, new Random(1));
        arrivals.forEach(arrival -> put(other, arrival));

        // Then
        assertThat(other.snapshot(Optional.empty(), 0.2).sha256()).isEqualTo(expected);
        put(other, feature("s7", 5000, "hawk", 7.5f));
        assertThat(other.snapshot(Optional.empty(), 0.2).sha256()).isNotEqualTo(expected);
    }

    @Test
    void neverMixesFeaturesOfTwoBackbones() {
        // Given
        put(features, feature("a", 1, "owl", 1f));
        put(features, feature("b", 1, "owl", 1f));
        put(features,
                new Feature(new SampleKey(TASK, new SampleId("c")), 1, new Label("hawk"), Optional.empty(), "cd".repeat(32),
                        new BackboneId("other"), "ef".repeat(32), "float32", new Embedding(new float[] { 1, 2, 3 })));

        // When
        FeatureSnapshot most = features.snapshot(Optional.empty(), 0);
        FeatureSnapshot named = features.snapshot(Optional.of(new BackboneId("other")), 0);

        // Then
        assertThat(most.trainCount()).isEqualTo(2);
        assertThat(most.dimension()).isEqualTo(2);
        assertThat(named.trainCount()).isEqualTo(1);
        assertThat(named.dimension()).isEqualTo(3);
        assertThat(most.leftOut()).isEqualTo(Map.of(new BackboneKey("ef".repeat(32), new BackboneId("other"), 3), 1L));
    }

    @Test
    void keepsFeaturesOfABackboneThatIsNotTrainedApart() {
        // Given
        TaskFeatures trained = new TaskFeatures(TASK, key -> key.id().value().equals("other"));

        // When
        assertThatThrownBy(() -> put(trained, feature("a", 1, "owl", 1f))).isInstanceOf(Problem.class)
                .hasMessage("feature of sample 'birds/a' is of backbone 'resnet18' (abababab)"
                        + " (expected: of one that this process has)");

        // Then
        assertThat(trained.count()).isZero();
        assertThat(trained.changesSince(0)).isEqualTo(new FeatureChanges(0, 0, 0));
        assertThat(put(trained, feature("a", 0, "hawk", 2f))).isFalse();
        assertThatThrownBy(() -> trained.snapshot(Optional.empty(), 0)).isInstanceOf(Problem.class)
                .hasMessage("task 'birds' has no samples to train on, but has 1 with features of backbone 'resnet18' (abababab)"
                        + " (expected: at least 2)");
    }

    @Test
    void saysWhichBackboneHasNoFeatures() {
        // Given
        put(features, feature("a", 1, "owl", 1f));

        // Then
        assertThatThrownBy(() -> features.snapshot(Optional.of(new BackboneId("vgg11")), 0.2)).isInstanceOf(Problem.class)
                .hasMessage("task 'birds' has no samples with features of the backbone 'vgg11' to train on, "
                        + "but has 1 with features of backbone 'resnet18' (abababab) (expected: at least 2)");
    }

    @Test
    void saysWhichSamplesAreValidatedWithAnotherFractionToo() {
        // Given
        put(features, feature("says-so", 1, "owl", 1f, Split.VALIDATION));
        put(features, feature("by-its-key", 1, "hawk", 2f, Optional.empty()));
        SampleId saysSo = new SampleId("says-so");
        SampleId byItsKey = new SampleId("by-its-key");
        // When
        FeatureSnapshot snapshot = features.snapshot(Optional.empty(), 0.999_999);
        // Then
        assertThat(snapshot.validationCount()).isEqualTo(2);
        assertThat(snapshot.isValidated(saysSo, 0)).isTrue();
        assertThat(snapshot.isValidated(byItsKey, 0)).isFalse();
        assertThat(snapshot.isValidated(byItsKey, 0.999_999)).isTrue();
    }

    @Test
    void digestsIdLabelSplitAndFeatureInTheOrderOfTheIds() {
        // Given
        put(features, feature("b", 1, "owl", 2f, Split.TRAIN));
        put(features, feature("a", 1, "hawk", 1f, Split.VALIDATION));

        // When
        String sha256 = features.snapshot(Optional.empty(), 0.2).sha256();

        // Then
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        expected.writeBytes("a\0hawk\0validation\0".getBytes(StandardCharsets.UTF_8));
        expected.writeBytes(Digests.sha256(bytes(1f, -1f)));
        expected.writeBytes("b\0owl\0train\0".getBytes(StandardCharsets.UTF_8));
        expected.writeBytes(Digests.sha256(bytes(2f, -2f)));
        assertThat(sha256).isEqualTo(Digests.sha256Hex(expected.toByteArray()));
    }

    private static byte[] bytes(float... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return bytes.array();
    }

    @Test
    void pinsTheEndOfWhatItHasSeen() {
        // Given
        features.put(encoded(feature("a", 5, "owl", 1f)), 40);
        features.put(encoded(feature("a", 4, "hawk", 1f)), 41);

        // Then
        assertThat(features.snapshot(Optional.empty(), 0).end()).isEqualTo(42);
        assertThat(features.state(new SampleId("a")).orElseThrow().offset()).isEqualTo(40);
    }

    @Test
    void refusesAFeatureOfAnotherDimension() {
        // Given
        TaskFeatures two = new TaskFeatures(TASK, key -> key.dimension() == 2);
        put(two, feature("a", 1, "owl", 1f));

        // Then
        assertThatThrownBy(() -> put(two, ofThreeNumbers("b"))).isInstanceOf(Problem.class)
                .hasMessage("feature of sample 'birds/b' has"
                        + " 3 numbers (expected: 2, as the task's others of backbone 'resnet18' (abababab) have)");
        assertThat(two.count()).isEqualTo(1);
    }

    @Test
    void isNotBoundByAFirstFeatureOfAnotherDimension() {
        // Given
        TaskFeatures two = new TaskFeatures(TASK, key -> key.dimension() == 2);
        assertThatThrownBy(() -> put(two, ofThreeNumbers("b"))).isInstanceOf(Problem.class);

        // When
        put(two, feature("a", 1, "owl", 1f));

        // Then
        assertThat(two.snapshot(Optional.empty(), 0).sampleIds()).containsExactly(new SampleId("a"));
    }

    private static Feature ofThreeNumbers(String id) {
        return new Feature(new SampleKey(TASK, new SampleId(id)), 3, new Label("owl"), Optional.empty(), "cd".repeat(32),
                new BackboneId("resnet18"), BACKBONE, "float32", new Embedding(new float[] { 1, 2, 3 }));
    }

    @Test
    void forgetsABackboneWhoseLastFeatureIsGone() {
        // Given
        put(features, feature("a", 1, "owl", 1f));
        features.delete(new SampleId("a"), 2, 9);

        // When
        put(features, ofThreeNumbers("b"));

        // Then
        assertThat(features.snapshot(Optional.empty(), 0).dimension()).isEqualTo(3);
    }

    @Test
    void namesTheLastDeletionsFirst() {
        // Given
        put(features, feature("a", 1, "owl", 1f));
        features.delete(new SampleId("a"), 5, 11);
        features.delete(new SampleId("b"), 7, 12);
        features.delete(new SampleId("c"), 6, 13);

        // Then
        assertThat(features.deletions(2)).containsExactly(new Deletion(new SampleId("b"), 7, 12),
                new Deletion(new SampleId("c"), 6, 13));
    }

    @Test
    void givesWhatCountsOnceAnOlderRecordCameLast() {
        // Given
        Feature newer = feature("a", 2, "owl", 1f);
        put(features, newer);
        put(features, feature("a", 1, "hawk", 3f));
        features.delete(new SampleId("b"), 9, 20);
        put(features, feature("b", 8, "hawk", 3f));
        put(features, feature("c", 2, "owl", 1f));
        put(features, feature("c", 1, "owl", 1f));
        put(features, feature("c", 2, "owl", 1f));

        // When
        List<Winner> winners = features.outdatedInLog(4);

        // Then
        assertThat(winners).containsExactly(new Winner(newer.key(), 4, 2, Optional.of(newer)),
                new Winner(new SampleKey(TASK, new SampleId("b")), 4, 9, Optional.empty()));
        put(features, newer);
        features.delete(new SampleId("b"), 9, 21);
        assertThat(features.outdatedInLog(4)).isEmpty();
    }

    private boolean put(TaskFeatures target, Feature feature) {
        return target.put(encoded(feature), nextOffset++);
    }

    private static EncodedFeature encoded(Feature feature) {
        return FeatureCodec.read(feature.key(), FeatureCodec.encode(feature));
    }

    private static Feature feature(String id, long timestampMs, String label, float first) {
        return feature(id, timestampMs, label, first, Optional.empty());
    }

    private static Feature feature(String id, long timestampMs, String label, float first, Split split) {
        return feature(id, timestampMs, label, first, Optional.of(split));
    }

    private static Feature feature(String id, long timestampMs, String label, float first, Optional<Split> split) {
        return new Feature(new SampleKey(TASK, new SampleId(id)), timestampMs, new Label(label), split, "cd".repeat(32),
                new BackboneId("resnet18"), BACKBONE, "float32", new Embedding(new float[] { first, -first }));
    }
}
