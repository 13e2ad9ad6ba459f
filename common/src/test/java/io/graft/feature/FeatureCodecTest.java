package io.graft.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        bytes[3] = '2';
        // When
        assertThatThrownBy(() -> FeatureCodec.decode(KEY, bytes))
                // Then
                .hasMessage("feature of sample 'birds/wren-1' does not begin with GFT1");
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

    private static Feature feature(String label, Optional<Split> split, float[] values) {
        return new Feature(KEY, 1_700_000_000_000L, new Label(label), split, "ab".repeat(32), new BackboneId("resnet18"),
                "0f".repeat(32), "bf16", new Embedding(values));
    }
}
