package io.graft.trainer.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.graft.feature.Embedding;
import io.graft.feature.Feature;
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

    private final TaskFeatures features = new TaskFeatures(TASK);

    @Test
    void countsASampleThatIsSentAgainOnce() {
        // When
        features.put(feature("a", 1, "owl", 1f), 0);
        features.put(feature("a", 2, "owl", 1f), 0);

        // Then
        assertThat(features.count()).isEqualTo(1);
    }

    @Test
    void takesTheLaterLabelWhateverTheOrder() {
        // Given
        features.put(feature("a", 2, "owl", 1f), 0);

        // When
        boolean counted = features.put(feature("a", 1, "hawk", 1f), 0);

        // Then
        assertThat(counted).isFalse();
        assertThat(features.counts(0)).isEqualTo(Map.of("owl", Map.of(Split.TRAIN, 1)));
    }

    @Test
    void doesNotBringBackADeletedSampleByAnOlderRecord() {
        // Given
        features.put(feature("a", 1, "owl", 1f), 0);
        features.delete(new SampleId("a"), 5, 0);

        // When
        boolean older = features.put(feature("a", 4, "owl", 1f), 0);
        boolean newer = features.put(feature("a", 6, "hawk", 1f), 0);

        // Then
        assertThat(older).isFalse();
        assertThat(newer).isTrue();
        assertThat(features.count()).isEqualTo(1);
    }

    @Test
    void ignoresADeletionThatIsOlderThanTheSample() {
        // Given
        features.put(feature("a", 5, "owl", 1f), 0);

        // When
        features.delete(new SampleId("a"), 4, 0);

        // Then
        assertThat(features.count()).isEqualTo(1);
    }

    @Test
    void copiesTrainingRowsFirstInTheOrderOfTheIds() {
        // Given
        features.put(feature("c", 1, "owl", 3f, Split.TRAIN), 0);
        features.put(feature("a", 1, "hawk", 1f, Split.VALIDATION), 0);
        features.put(feature("b", 1, "hawk", 2f, Split.TRAIN), 0);

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
        arrivals.forEach(feature -> features.put(feature, 0));
        String expected = features.snapshot(Optional.empty(), 0.2).sha256();

        // When
        TaskFeatures other = new TaskFeatures(TASK);
        other.put(feature("gone", 1, "owl", 9f), 0);
        other.delete(new SampleId("gone"), 2, 0);
        Collections.shuffle(arrivals, new Random(1));
        arrivals.forEach(feature -> other.put(feature, 0));

        // Then
        assertThat(other.snapshot(Optional.empty(), 0.2).sha256()).isEqualTo(expected);
        other.put(feature("s7", 5000, "hawk", 7.5f), 0);
        assertThat(other.snapshot(Optional.empty(), 0.2).sha256()).isNotEqualTo(expected);
    }

    @Test
    void neverMixesFeaturesOfTwoBackbones() {
        // Given
        features.put(feature("a", 1, "owl", 1f), 0);
        features.put(feature("b", 1, "owl", 1f), 0);
        features.put(
                new Feature(new SampleKey(TASK, new SampleId("c")), 1, new Label("hawk"), Optional.empty(), "cd".repeat(32),
                        new BackboneId("other"), "ef".repeat(32), "float32", new Embedding(new float[] { 1, 2, 3 })),
                0);

        // When
        FeatureSnapshot most = features.snapshot(Optional.empty(), 0);
        FeatureSnapshot named = features.snapshot(Optional.of(new BackboneId("other")), 0);

        // Then
        assertThat(most.trainCount()).isEqualTo(2);
        assertThat(most.dimension()).isEqualTo(2);
        assertThat(named.trainCount()).isEqualTo(1);
        assertThat(named.dimension()).isEqualTo(3);
    }

    @Test
    void saysWhichBackboneHasNoFeatures() {
        // Given
        features.put(feature("a", 1, "owl", 1f), 0);

        // Then
        assertThatThrownBy(() -> features.snapshot(Optional.of(new BackboneId("vgg11")), 0.2)).isInstanceOf(Problem.class)
                .hasMessage("task 'birds' has no samples with features of the backbone 'vgg11' (expected: at least 2)");
    }

    @Test
    void usesFreedRowsAgain() {
        // Given
        FeatureMatrix matrix = new FeatureMatrix(2);
        int first = matrix.add(new float[] { 1, 2 });
        matrix.add(new float[] { 3, 4 });
        matrix.free(first);

        // When
        int again = matrix.add(new float[] { 5, 6 });

        // Then
        assertThat(again).isEqualTo(first);
        assertThat(matrix.usedRowCount()).isEqualTo(2);
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
