package io.graft.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.TorchEngine;

/** What the figures depend on. */
final class Machine {

    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final List<String> FLAGS = List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16");

    private Machine() {
    }

    static String describe(BackboneDescriptor backbone) throws IOException {
        return "machine: " + Runtime.getRuntime().availableProcessors() + " cores, " + value("model name") + ", flags "
                + flags() + "; Java " + Runtime.version().feature() + ", " + TorchEngine.version() + ", "
                + System.getProperty("ai.djl.pytorch.num_threads") + " intra-op thread, Graft's backbone in "
                + backbone.precision() + " on " + backbone.device();
    }

    private static String flags() throws IOException {
        Set<String> all = Set.copyOf(Arrays.asList(value("flags").split(" ", -1)));
        return String.join(" ", FLAGS.stream().map(flag -> (all.contains(flag) ? "+" : "-") + flag).toList());
    }

    private static String value(String key) throws IOException {
        if (!Files.isReadable(CPU)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(CPU).stream().filter(line -> line.startsWith(key)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown");
    }
}
