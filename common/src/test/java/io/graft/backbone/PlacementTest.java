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
        Bfloat16.require();
        assertThat(Placement.choose("cpu", "bfloat16")).hasToString("cpu/bfloat16");
    }

    @Test
    void knowsWhatTheCpuHasInstructionsFor() {
        assertThat(Placement.computes(Precision.FLOAT32, "flags : avx avx2 fma")).isTrue();
        assertThat(Placement.computes(Precision.BFLOAT16, "flags : avx avx2 fma")).isFalse();
        assertThat(Placement.computes(Precision.BFLOAT16, "flags : avx avx2 avx512f avx512bw avx512vl")).isTrue();
        assertThat(Placement.computes(Precision.FLOAT16, "flags : avx avx2 avx512f avx512bw avx512vl")).isFalse();
        assertThat(Placement.computes(Precision.BFLOAT16, "Features : fp asimd bf16")).isTrue();
    }

    @Test
    void refusesAPrecisionThatTheCpuHasNoInstructionsFor() {
        // Given
        assumeTrue(!Placement.computes(Precision.FLOAT16, Cpu.description()), "this CPU computes in float16");
        // When
        assertThatThrownBy(() -> Placement.choose("cpu", "float16"))
                // Then
                .isInstanceOf(Problem.class).hasMessage("this CPU has no instructions for precision 'float16' (expected: "
                        + "precision 'auto' or 'float32', or another CPU)");
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
