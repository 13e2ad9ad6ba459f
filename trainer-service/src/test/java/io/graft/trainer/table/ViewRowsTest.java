package io.graft.trainer.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.graft.digest.Digests;
import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/** What a task's features do with the rows of augmented views; the samples of these tests have one number each. */
class ViewRowsTest {

    private static final TaskId TASK = new TaskId("birds");

    private final TaskFeatures features = new TaskFeatures(TASK, key -> true);
    private long nextOffset;

    @Test
    void trainsOnViewsBehindTheirSampleAndNeverValidatesOnThem() {
        // Given
        put("c", 1, Split.TRAIN, 30, 31, 32);
        put("a", 1, Split.VALIDATION, 10, 11, 12);
        put("b", 1, Split.TRAIN, 20, 21);
        put("d", 1, Split.VALIDATION, 40);

        // When
        FeatureSnapshot snapshot = features.snapshot(Optional.empty(), 0.2);

        // Then
        assertThat(numbers(snapshot)).containsExactly(20f, 21f, 30f, 31f, 32f, 10f, 40f);
        assertThat(snapshot.labels()).containsExactly("label-a", "label-b", "label-c", "label-d");
        assertThat(snapshot.labelIndexes()).containsExactly(1, 1, 2, 2, 2, 0, 3);
        assertThat(snapshot.sampleIds()).hasToString("[b, c, a, d]");
        assertThat(snapshot.trainCount()).isEqualTo(2);
        assertThat(snapshot.viewCount()).isEqualTo(3);
        assertThat(snapshot.trainRowCount()).isEqualTo(5);
        assertThat(snapshot.validationCount()).isEqualTo(2);
    }

    @Test
    void takesTheSideOfTheRunForASampleThatNamesNone() {
        // Given
        for (int i = 0; i < 50; i++) {
            put(feature("s" + i, 1, Optional.empty(), i, 100 + i));
        }

        // When
        FeatureSnapshot half = features.snapshot(Optional.empty(), 0.5);

        // Then
        assertThat(half.validationCount()).isBetween(10, 40);
        assertThat(half.viewCount()).isEqualTo(half.trainCount());
        List<Float> numbers = numbers(half);
        assertThat(numbers.subList(half.trainRowCount(), numbers.size())).allMatch(number -> number < 50);
    }

    @Test
    void digestsTheViewsThatAreTrainedOn() {
        // Given
        put("b", 1, Split.TRAIN, 20, 21, 22);
        put("a", 1, Split.VALIDATION, 10, 11);

        // When
        String sha256 = features.snapshot(Optional.empty(), 0.2).sha256();

        // Then
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        expected.writeBytes("a\0label-a\0validation\0".getBytes(StandardCharsets.UTF_8));
        expected.writeBytes(Digests.sha256(bytes(10)));
        expected.writeBytes("b\0label-b\0train\0".getBytes(StandardCharsets.UTF_8));
        expected.writeBytes(Digests.sha256(bytes(20, 21, 22)));
        assertThat(sha256).isEqualTo(Digests.sha256Hex(expected.toByteArray()));
        SampleState before = features.state(new SampleId("b")).orElseThrow();
        put("b", 2, Split.TRAIN, 20, 21, 23);
        assertThat(features.state(new SampleId("b")).orElseThrow().isSameAs(before)).isFalse();
    }

    @Test
    void replacesTheViewsOfACorrectedSample() {
        // Given
        put("a", 1, Split.TRAIN, 10, 11, 12);
        put("b", 1, Split.TRAIN, 20, 21);

        // When
        put("a", 2, Split.TRAIN, 13, 14);
        put("c", 1, Split.TRAIN, 30, 31);

        // Then
        assertThat(numbers(features.snapshot(Optional.empty(), 0))).containsExactly(13f, 14f, 20f, 21f, 30f, 31f);
    }

    @Test
    void freesTheViewsOfCorrectedAndDeletedSamples() {
        // Given
        put("a", 1, Split.TRAIN, 10, 11, 12);
        put("a", 2, Split.TRAIN, 10);
        put("b", 1, Split.TRAIN, 20, 21, 22);

        // When
        features.delete(new SampleId("a"), 3, nextOffset++);
        features.delete(new SampleId("b"), 3, nextOffset++);

        // Then: a backbone's dimension is forgotten with its last row
        Feature wider = new Feature(new SampleKey(TASK, new SampleId("c")), 1, new Label("owl"), Optional.empty(),
                "cd".repeat(32), new BackboneId("resnet18"), "ab".repeat(32), "float32", new Embedding(new float[] { 1, 2 }));
        put(wider);
        assertThat(features.snapshot(Optional.empty(), 0).dimension()).isEqualTo(2);
    }

    @Test
    void takesTheBackboneOfMostSamplesNotOfMostRows() {
        // Given
        put("a", 1, Split.TRAIN, 10, 11, 12);
        for (String id : List.of("b", "c")) {
            put(new Feature(new SampleKey(TASK, new SampleId(id)), 1, new Label("owl"), Optional.empty(), "cd".repeat(32),
                    new BackboneId("vgg11"), "ef".repeat(32), "float32", new Embedding(new float[] { 1 })));
        }

        // When
        FeatureSnapshot snapshot = features.snapshot(Optional.empty(), 0);

        // Then
        assertThat(snapshot.backbone()).hasToString("vgg11");
    }

    @Test
    void leavesThemOutForWhoeverLooksAtSamples() {
        // Given
        put("b", 1, Split.TRAIN, 20, 21);
        put("a", 1, Split.VALIDATION, 10, 11);

        // When
        FeatureSnapshot snapshot = features.snapshotWithoutViews();

        // Then
        assertThat(numbers(snapshot)).containsExactly(20f, 10f);
        assertThat(snapshot.viewCount()).isZero();
    }

    @Test
    void keepsThemInWhatIsWrittenAgain() {
        // Given
        Feature newer = feature("a", 2, Optional.of(Split.TRAIN), 10, 11, 12);
        put(newer);
        put("a", 1, Split.TRAIN, 7, 8);

        // Then
        assertThat(features.outdatedInLog(4)).containsExactly(new Winner(newer.key(), 4, 2, Optional.of(newer)));
    }

    private void put(String id, long timestampMs, Split split, float own, float... views) {
        put(feature(id, timestampMs, Optional.of(split), own, views));
    }

    private void put(Feature feature) {
        features.put(FeatureCodec.read(feature.key(), FeatureCodec.encode(feature)), nextOffset++);
    }

    private static Feature feature(String id, long timestampMs, Optional<Split> split, float own, float... views) {
        List<Embedding> embeddings = new ArrayList<>();
        for (float view : views) {
            embeddings.add(new Embedding(new float[] { view }));
        }
        return new Feature(new SampleKey(TASK, new SampleId(id)), timestampMs, new Label("label-" + id), split,
                "cd".repeat(32), new BackboneId("resnet18"), "ab".repeat(32), "float32",
                new Embedding(new float[] { own }), embeddings);
    }

    private static List<Float> numbers(FeatureSnapshot snapshot) {
        List<Float> numbers = new ArrayList<>();
        for (int row = 0; row < snapshot.labelIndexes().length; row++) {
            numbers.add(snapshot.features().getFloat(row * Float.BYTES));
        }
        return numbers;
    }

    private static byte[] bytes(float... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(numbers);
        return buffer.array();
    }
}
