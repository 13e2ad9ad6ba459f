package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuTest {

    @Test
    void namesVendorAndVectorInstructions() {
        // Given
        String description = """
                processor\t: 0
                vendor_id\t: GenuineIntel
                model name\t: Some CPU
                flags\t\t: fpu avx512f avx avx2 sse2
                """;

        // Then
        assertThat(Cpu.describe("amd64", description)).isEqualTo("amd64 GenuineIntel avx avx2 avx512f");
    }

    @Test
    void namesTheArchitectureWhereNothingElseIsKnown() {
        assertThat(Cpu.describe("aarch64", "")).isEqualTo("aarch64");
        assertThat(Cpu.describe()).startsWith(System.getProperty("os.arch"));
    }
}
