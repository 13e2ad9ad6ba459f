package io.graft.backbone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the engine chooses its native code by: two machines that agree in it give the same bytes, others may round otherwise.
 */
public final class Cpu {

    private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");
    private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache/index0");
    private static final List<String> FLAGS = List.of("avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512_vnni",
            "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_tile");

    private Cpu() {
    }

    /**
     * Whether the CPU says what caches it has. Some virtual ones do not, and there oneDNN's 1 × 1 convolutions, which are cut
     * to
     * the caches' size, divide by zero and end the process.
     */
    static boolean describesCaches() {
        return Files.exists(CACHES);
    }

    /** Architecture, vendor and vector instructions, as in {@code amd64 GenuineIntel avx avx2 fma}. */
    public static String describe() {
        return describe(System.getProperty("os.arch", "unknown"), description());
    }

    /** The content of {@code /proc/cpuinfo}; empty where there is none. */
    static String description() {
        try {
            return Files.isReadable(DESCRIPTION) ? Files.readString(DESCRIPTION) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param description in the form of {@code /proc/cpuinfo} */
    static String describe(String architecture, String description) {
        Set<String> flags = Arrays.stream(value(description, "flags").split(" ", -1)).collect(Collectors.toSet());
        return Stream.concat(Stream.of(architecture, value(description, "vendor_id")), FLAGS.stream().filter(flags::contains))
                .filter(word -> !word.isEmpty()).collect(Collectors.joining(" "));
    }

    private static String value(String description, String key) {
        return description.lines().filter(line -> line.startsWith(key)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("");
    }
}
