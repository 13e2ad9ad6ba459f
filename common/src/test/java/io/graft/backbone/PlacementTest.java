package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;

class PlacementTest {

    @Test
    void choosesBfloat16OnlyWhereTheCpuComputesInIt() {
        assertThat(Placement.fastestOn("flags : fpu amx_tile amx_bf16 amx_int8")).isEqualTo(Precision.BFLOAT16);
        assertThat(Placement.fastestOn("flags : avx512f avx512_bf16")).isEqualTo(Precision.BFLOAT16);
        assertThat(Placement.fastestOn("flags : avx512f avx512_vnni")).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void takesWhatIsAskedFor() {
        assertThat(Placement.choose("cpu", "bfloat16")).hasToString("cpu/bfloat16");
    }

    @Test
    void choosesTheFirstOfWhatIsAvailable() {
        assertThat(Placement.choose("auto", "auto")).isEqualTo(Placement.available().get(0));
    }

    @Test
    void refusesOtherWords() {
        assertThatThrownBy(() -> Placement.choose("tpu", "auto")).isInstanceOf(Problem.class)
                .hasMessage("device is 'tpu' (expected: auto, cpu or gpu)");
        assertThatThrownBy(() -> Placement.choose("cpu", "int4")).isInstanceOf(Problem.class)
                .hasMessage("precision is 'int4' (expected: auto, float32, bfloat16 or float16)");
    }

    @Test
    void refusesAGpuThatIsNotThere() {
        // Given
        assumeTrue(TorchEngine.gpuCount() == 0, "this machine has a GPU");
        // When
        // Then
        assertThatThrownBy(() -> Placement.choose("gpu", "auto")).isInstanceOf(Problem.class)
                .hasMessageEndingWith("sees no GPU (expected one, because the device is configured as 'gpu')");
    }
}
