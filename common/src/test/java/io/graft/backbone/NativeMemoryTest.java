package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.graft.process.ProcessMemory;
import io.graft.testing.Leash;

/** {@code -Dgraft.embedCount=20000} looks longer. */
class NativeMemoryTest {

    private static final int EMBED_COUNT = Integer.getInteger("graft.embedCount", 400);
    private static final int CALL_COUNT = 20_000;
    private static final int BATCH_SIZE_MAX = 4;
    private static final long GROWTH_KIB_MAX = 64 << 10;
    private static final String GROWTH = "GROWTH ";
    private static final long LIMIT_SECONDS = 240L + EMBED_COUNT / 10;

    @TempDir
    Path folder;

    @Test
    void isFreedWithEveryScope() throws Exception {
        // One leaked tensor a call would be 16 KiB × CALL_COUNT.
        assertThat(growthKib(Scopes.class, CALL_COUNT)).isLessThan(GROWTH_KIB_MAX);
    }

    @Test
    void staysTheSameHoweverMuchIsEmbedded() throws Exception {
        assertThat(growthKib(Embeds.class, EMBED_COUNT)).isLessThan(GROWTH_KIB_MAX);
    }

    /**
     * What a program says that it grew by, in a JVM of which nothing else grows: its heap is resident from the start, and its
     * direct buffers, which wait for the garbage collector, are few.
     */
    private long growthKib(Class<?> program, int count) throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "this system does not tell how much memory a process uses");
        List<String> command = new ArrayList<>(List.of(Leash.java(), "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch",
                "-XX:MaxDirectMemorySize=16m"));
        command.addAll(Leash.arguments(System.getProperty("java.class.path")));
        command.addAll(List.of(program.getName(), String.valueOf(count)));
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        int exitValue = ChildProcess.exitValue(process, LIMIT_SECONDS);
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(exitValue).as(printed).isZero();
        assertThat(printed).contains(GROWTH);
        long growth = printed.lines().filter(line -> line.startsWith(GROWTH))
                .mapToLong(line -> Long.parseLong(line.substring(GROWTH.length()))).findFirst().orElseThrow();
        System.out.println("figure: resident memory grew by " + growth + " KiB over " + count + " " + program.getSimpleName());
        return growth;
    }

    /** Takes how many scopes are opened, one behind the other. */
    public static final class Scopes {

        public static void main(String[] arguments) throws IOException {
            int count = Integer.parseInt(arguments[0]);
            try (TorchProgram program = TorchProgram.load("AffineProgram", Placement.choose("cpu", "float32"))) {
                affine(program, count / 4);
                long before = residentKib();
                affine(program, count);
                System.out.println(GROWTH + (residentKib() - before));
            }
        }

        private static void affine(TorchProgram program, int count) {
            float[] numbers = new float[4096];
            for (int i = 0; i < count; i++) {
                try (TorchScope scope = program.openScope()) {
                    TorchValue x = scope.float32(numbers, 4096);
                    scope.run("affine", x, scope.list(List.of(x)), scope.number(1)).toFloats();
                }
            }
        }
    }

    /** Takes how many images are embedded. */
    public static final class Embeds {

        public static void main(String[] arguments) throws IOException {
            int count = Integer.parseInt(arguments[0]);
            try (Backbones backbones = Backbones.open(BackbonesConfig.BUNDLED);
                    BackboneWorker worker = backbones.image().openWorker(BATCH_SIZE_MAX)) {
                List<byte[]> batch = List.of(new byte[128 * 128 * 3], new byte[128 * 128 * 3], new byte[128 * 128 * 3]);
                embed(worker, batch, count / 4);
                long before = residentKib();
                embed(worker, batch, count);
                System.out.println(GROWTH + (residentKib() - before));
            }
        }

        private static void embed(BackboneWorker worker, List<byte[]> batch, int count) {
            for (int done = 0; done < count; done += batch.size()) {
                worker.embed(batch);
            }
        }
    }

    private static long residentKib() throws IOException {
        return ProcessMemory.residentBytes(ProcessHandle.current().pid()).orElseThrow() / 1024;
    }
}
