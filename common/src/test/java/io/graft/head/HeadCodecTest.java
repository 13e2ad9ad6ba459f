package io.graft.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;

class HeadCodecTest {

    private static final int MUTATION_COUNT = 200_000;
    private static final List<String> LABELS = List.of("ants", "bees \"é中\"", "wasps");

    @Test
    void readsWhatItWrites() {
        // Given
        Head head = head(7);
        // When
        Head read = HeadCodec.decode(HeadCodec.encode(head), LABELS);
        // Then
        assertThat(read.labels()).isEqualTo(LABELS);
        assertThat(read.dimension()).isEqualTo(16);
        assertThat(read.weight()).isEqualTo(head.weight());
        assertThat(read.bias()).isEqualTo(head.bias());
    }

    @Test
    void writesTheSameHeadAsTheSameBytes() {
        assertThat(HeadCodec.encode(head(7))).isEqualTo(HeadCodec.encode(head(7))).isNotEqualTo(HeadCodec.encode(head(8)));
    }

    @Test
    void readsAFileThatDoesNotNameItsLabels() {
        // Given
        byte[] file = Safetensors.write(Map.of(), Map.of("bias", new Tensor(List.of(2), new float[] { 1, 2 }), "weight",
                new Tensor(List.of(2, 1), new float[] { 3, 4 })));
        // When
        Head head = HeadCodec.decode(file, List.of("no", "yes"));
        // Then
        assertThat(head.weight()).containsExactly(3, 4);
        assertThat(head.labels()).containsExactly("no", "yes");
    }

    @Test
    void refusesAFileOfOtherLabels() {
        // Given
        byte[] file = HeadCodec.encode(head(7));
        // When
        // Then
        assertThatThrownBy(() -> HeadCodec.decode(file, List.of("bees", "ants", "wasps"))).isInstanceOf(Problem.class)
                .hasMessage("head has other labels in its file than in its event");
    }

    @Test
    void refusesTensorsThatAreNotAHeads() {
        assertRefused(Map.of("weight", new Tensor(List.of(3, 1), new float[3])),
                "head has tensors [weight] (expected: weight and bias)");
        assertRefused(Map.of("weight", new Tensor(List.of(4, 1), new float[4]), "bias", new Tensor(List.of(3), new float[3])),
                "head has weight [4, 1] (expected: [3, dimension])");
        assertRefused(
                Map.of("weight", new Tensor(List.of(3, 1), new float[3]), "bias", new Tensor(List.of(3, 1), new float[3])),
                "head has bias [3, 1] (expected: [3])");
    }

    private static void assertRefused(Map<String, Tensor> tensors, String sentence) {
        byte[] file = Safetensors.write(Map.of(), tensors);
        assertThatThrownBy(() -> HeadCodec.decode(file, LABELS)).isInstanceOf(Problem.class).hasMessage(sentence);
    }

    @Test
    void answersEveryMutationOfAFileWithAHeadOrAnInvalidProblem() {
        // Given
        byte[] valid = HeadCodec.encode(head(7));
        int headerEnd = Long.BYTES + (int) ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Random random = new Random(5);
        Map<ProblemType, Integer> refused = new EnumMap<>(ProblemType.class);
        int accepted = 0;
        // When
        for (int i = 0; i < MUTATION_COUNT; i++) {
            try {
                HeadCodec.decode(mutated(valid, headerEnd, random), LABELS);
                accepted++;
            } catch (Problem e) {
                refused.merge(e.type(), 1, Integer::sum);
            }
        }
        // Then
        assertThat(refused.keySet()).containsExactly(ProblemType.INVALID);
        assertThat(accepted).isBetween(MUTATION_COUNT / 20, MUTATION_COUNT / 2);
    }

    private static byte[] mutated(byte[] valid, int headerEnd, Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(valid, random.nextInt(valid.length));
            case 1 -> Arrays.copyOf(valid, valid.length + 1 + random.nextInt(64));
            case 2 -> withRandomBytes(valid, 0, Long.BYTES, random);
            case 3 -> withRandomBytes(valid, Long.BYTES, headerEnd, random);
            default -> withRandomBytes(valid, headerEnd, valid.length, random);
        };
    }

    private static byte[] withRandomBytes(byte[] valid, int from, int to, Random random) {
        byte[] mutated = valid.clone();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            mutated[from + random.nextInt(to - from)] = (byte) random.nextInt(256);
        }
        return mutated;
    }

    private static Head head(long seed) {
        Random random = new Random(seed);
        float[] weight = new float[LABELS.size() * 16];
        float[] bias = new float[LABELS.size()];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < bias.length; i++) {
            bias[i] = (float) random.nextGaussian();
        }
        return new Head(LABELS, 16, weight, bias);
    }
}
