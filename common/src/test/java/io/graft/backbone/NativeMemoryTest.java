package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.process.ProcessMemory;

/** {@code -Dgraft.embedCount=20000} looks longer. */
class NativeMemoryTest {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int EMBED_COUNT = Integer.getInteger("graft.embedCount", 400);
    private static final int CALL_COUNT = 20_000;
    private static final int BATCH_SIZE_MAX = 4;
    private static final long GROWTH_KIB_MAX = 64 << 10;

    @Test
    void isFreedWithEveryScope() throws IOException {
        assumeTrue(Files.exists(STATUS), "this system does not tell how much memory a process uses");
        try (TorchProgram program = TorchProgram.load("AffineProgram", Placement.choose("cpu", "float32"))) {
            // Given: Java's heap, which counts too, is as large as it gets
            affine(program, CALL_COUNT);
            long before = residentKib();
            // When
            affine(program, CALL_COUNT);
            // Then
            assertThat(residentKib() - before).isLessThan(GROWTH_KIB_MAX);
        }
    }

    /** One leaked tensor a call would be 16 KiB × {@value #CALL_COUNT}. */
    private static void affine(TorchProgram program, int count) {
        float[] numbers = new float[4096];
        for (int i = 0; i < count; i++) {
            try (TorchScope scope = program.openScope()) {
                TorchValue x = scope.float32(numbers, 4096);
                scope.run("affine", x, scope.list(List.of(x)), scope.number(1)).toFloats();
            }
        }
    }

    @Test
    void staysTheSameHoweverMuchIsEmbedded() throws IOException {
        assumeTrue(Files.exists(STATUS), "this system does not tell how much memory a process uses");
        try (Backbones backbones = Backbones.open(BackbonesConfig.BUNDLED);
                BackboneWorker worker = backbones.image().openWorker(BATCH_SIZE_MAX)) {
            // Given
            List<byte[]> batch = List.of(new byte[128 * 128 * 3], new byte[128 * 128 * 3], new byte[128 * 128 * 3]);
            embed(worker, batch, EMBED_COUNT / 4);
            long before = residentKib();
            // When
            embed(worker, batch, EMBED_COUNT);
            // Then
            long growth = residentKib() - before;
            System.out.println("figure: resident memory grew by " + growth + " KiB over " + EMBED_COUNT + " embeds");
            assertThat(growth).isLessThan(GROWTH_KIB_MAX);
        }
    }

    private static void embed(BackboneWorker worker, List<byte[]> batch, int count) {
        for (int done = 0; done < count; done += batch.size()) {
            worker.embed(batch);
        }
    }

    private static long residentKib() throws IOException {
        System.gc();
        return ProcessMemory.residentBytes(ProcessHandle.current().pid()).orElseThrow() / 1024;
    }
}
