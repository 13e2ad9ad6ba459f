package io.graft.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.graft.digest.Digests;
import io.graft.problem.Problem;
import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;

class TailTest {

    private static final Map<String, Tensor> TENSORS = Map.of("layer4.1.conv1.bias",
            new Tensor(List.of(2), new float[] { 1, -2 }));

    @ParameterizedTest
    @EnumSource(names = { "LAST_BLOCK", "ALL" })
    void readsWhatItWrites(Depth depth) {
        // Given
        byte[] file = Tail.encode(depth, TENSORS);
        // When
        Tail tail = Tail.decode(file);
        // Then
        assertThat(tail.depth()).isEqualTo(depth);
        assertThat(tail.sha256()).isEqualTo(Digests.sha256Hex(file));
        assertThat(tail.sizeBytes()).isEqualTo(8);
        assertThat(tail.tensors()).containsOnlyKeys("layer4.1.conv1.bias");
        assertThat(tail.tensors().get("layer4.1.conv1.bias").values()).containsExactly(1, -2);
        assertThat(Tail.encode(depth, tail.tensors())).isEqualTo(file);
    }

    @Test
    void refusesAFileThatSaysNoDepth() {
        assertThatThrownBy(() -> Tail.decode(Safetensors.write(Map.of(), TENSORS))).isInstanceOf(Problem.class)
                .hasMessage("tail has depth 'null' in its metadata (expected: last-block or all)");
        assertThatThrownBy(() -> Tail.decode(Tail.encode(Depth.HEAD, TENSORS))).isInstanceOf(Problem.class)
                .hasMessage("tail has depth 'head' in its metadata (expected: last-block or all)");
        assertThatThrownBy(() -> Tail.decode(Safetensors.write(Map.of("depth", "deep"), TENSORS)))
                .isInstanceOf(Problem.class).hasMessage("depth is 'deep' (expected: head, last-block, all)");
    }
}
