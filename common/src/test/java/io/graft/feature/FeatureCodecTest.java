package io.graft.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

class FeatureCodecTest {

    private static final SampleKey KEY = new SampleKey(new TaskId("birds"), new SampleId("wren-1"));

    @Test
    void keepsEveryFieldThroughItsBytes() {
        for (Optional<Split> split : Arrays.asList(Optional.<Split> empty(), Optional.of(Split.TRAIN),
                Optional.of(Split.VALIDATION))) {
            // Given
            Feature feature = feature("Zaunkönig 🐦", split, new float[] { 1, -2, 3 });
            // When
            Feature decoded = FeatureCodec.decode(KEY, FeatureCodec.encode(feature));
            // Then
            assertThat(decoded).isEqualTo(feature);
        }
    }

    @Test
    void keepsEveryBitOfTheNumbers() {
        // Given
        Random random = new Random(3);
        float[] values = new float[65_536];
        for (int i = 0; i < values.length; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            values[i] = Float.isFinite(value) ? value : -0.0f;
        }
        values[0] = Float.MIN_VALUE;
        values[1] = Float.MAX_VALUE;
        // When
        float[] decoded = FeatureCodec.decode(KEY, FeatureCodec.encode(feature("wren", Optional.empty(), values)))
                .embedding().values();
        // Then
        assertThat(decoded).hasSameSizeAs(values);
        for (int i = 0; i < values.length; i++) {
            assertThat(Float.floatToRawIntBits(decoded[i])).isEqualTo(Float.floatToRawIntBits(values[i]));
        }
    }

    @Test
    void refusesEveryTruncation() {
        // Given
        byte[] whole = FeatureCodec.encode(feature("wren", Optional.of(Split.TRAIN), new float[] { 1, 2, 3, 4 }));
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            // When
            assertThatThrownBy(() -> FeatureCodec.decode(KEY, part))
                    // Then
                    .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("FEATURE_INVALID"))
                    .hasMessageStartingWith("feature of sample 'birds/wren-1' ");
        }
    }

    @Test
    void refusesBytesBehindTheNumbers() {
        // Given
        byte[] whole = FeatureCodec.encode(feature("wren", Optional.empty(), new float[] { 1 }));
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        // When
        assertThatThrownBy(() -> FeatureCodec.decode(KEY, longer))
                // Then
                .hasMessage("feature of sample 'birds/wren-1' has 5 bytes for 1 numbers");
    }

    @ParameterizedTest
    @ValueSource(floats = { Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY })
    void refusesNumbersThatAreNotFinite(float value) {
        // Given
        byte[] bytes = FeatureCodec.encode(feature("wren", Optional.empty(), new float[] { 1, value }));
        // When
        assertThatThrownBy(() -> FeatureCodec.decode(KEY, bytes))
                // Then
                .hasMessage("feature of sample 'birds/wren-1' holds " + value + " (expected: finite numbers)");
    }

    @Test
    void refusesAnotherFormat() {
        // Given
        byte[] bytes = FeatureCodec.encode(feature("wren", Optional.empty(), new float[] { 1 }));
        bytes[3] = '3';
        // When
        assertThatThrownBy(() -> FeatureCodec.decode(KEY, bytes))
                // Then
                .hasMessage("feature of sample 'birds/wren-1' does not begin with GFT1 or GFT2");
    }

    @Test
    void keepsTheViewsThroughItsBytes() {
        // Given
        Feature feature = viewed(new float[] { 1, -2 }, new float[] { 3, 4 }, new float[] { -5, 6 });
        // When
        byte[] bytes = FeatureCodec.encode(feature);
        EncodedFeature read = FeatureCodec.read(KEY, bytes);
        // Then
        assertThat(new String(bytes, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("GFT2");
        assertThat(FeatureCodec.decode(KEY, bytes)).isEqualTo(feature);
        assertThat(read.viewCount()).isEqualTo(2);
        assertThat(read.dimension()).isEqualTo(2);
        assertThat(read.row(2).getFloat(4)).isEqualTo(6);
    }

    @Test
    void writesAFeatureWithoutViewsAsEarlierReleasesReadIt() {
        // When
        byte[] bytes = FeatureCodec.encode(feature("wren", Optional.empty(), new float[] { 1, 2, 3 }));
        // Then
        assertThat(new String(bytes, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("GFT1");
        assertThat(bytes).hasSize(4 + 1 + 8 + 32 + 32 + 2 + 8 + 2 + 4 + 2 + 4 + 4 + 3 * 4);
    }

    @Test
    void refusesEveryTruncationOfViews() {
        // Given
        byte[] whole = FeatureCodec.encode(viewed(new float[] { 1, 2 }, new float[] { 3, 4 }));
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            // When
            assertThatThrownBy(() -> FeatureCodec.decode(KEY, part))
                    // Then
                    .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("FEATURE_INVALID"));
        }
        byte[] part = Arrays.copyOf(whole, whole.length - 4);
        assertThatThrownBy(() -> FeatureCodec.decode(KEY, part))
                .hasMessage("feature of sample 'birds/wren-1' has 12 bytes for 2 × 2 numbers");
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, -1, 17, Integer.MAX_VALUE })
    void refusesAViewCountOutOfBounds(int viewCount) {
        // Given
        byte[] bytes = FeatureCodec.encode(viewed(new float[] { 1 }, new float[] { 2 }));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - 12, viewCount);
        // When
        assertThatThrownBy(() -> FeatureCodec.decode(KEY, bytes))
                // Then
                .hasMessage("feature of sample 'birds/wren-1' has " + viewCount + " views behind GFT2 (expected: 1 to 16)");
    }

    @Test
    void refusesANumberOfAViewThatIsNotFinite() {
        // Given
        byte[] bytes = FeatureCodec.encode(viewed(new float[] { 1 }, new float[] { Float.NaN }));
        // When
        assertThatThrownBy(() -> FeatureCodec.decode(KEY, bytes))
                // Then
                .hasMessage("feature of sample 'birds/wren-1' holds NaN (expected: finite numbers)");
    }

    @Test
    void refusesViewsThatDoNotFit() {
        assertThatThrownBy(() -> viewed(new float[] { 1, 2 }, new float[] { 3 })).isInstanceOf(Problem.class)
                .hasMessage("feature of sample 'birds/wren-1' has a view of 1 numbers (expected: 2)");
        assertThatThrownBy(() -> viewed(new float[1], new float[17][1])).isInstanceOf(Problem.class)
                .hasMessage("feature of sample 'birds/wren-1' has 17 views (expected: at most 16)");
    }

    @Test
    void refusesADimensionThatTheBytesDoNotHold() {
        // Given
        byte[] bytes = FeatureCodec.encode(feature("wren", Optional.empty(), new float[] { 1 }));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - 8, Integer.MAX_VALUE);
        // When
        assertThatThrownBy(() -> FeatureCodec.decode(KEY, bytes))
                // Then
                .hasMessage("feature of sample 'birds/wren-1' has 4 bytes for 2147483647 numbers");
    }

    private static Feature viewed(float[] values, float[]... views) {
        return new Feature(KEY, 1_700_000_000_000L, new Label("wren"), Optional.empty(), "ab".repeat(32),
                new BackboneId("resnet18"), "0f".repeat(32), "bf16", new Embedding(values),
                Arrays.stream(views).map(Embedding::new).toList());
    }

    private static Feature feature(String label, Optional<Split> split, float[] values) {
        return new Feature(KEY, 1_700_000_000_000L, new Label(label), split, "ab".repeat(32), new BackboneId("resnet18"),
                "0f".repeat(32), "bf16", new Embedding(values));
    }
}
