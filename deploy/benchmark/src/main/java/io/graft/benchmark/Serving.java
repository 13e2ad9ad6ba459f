package io.graft.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.graft.backbone.Backbone;
import io.graft.local.ServingStack;

/** A replica of the inference-service under load: what HTTP costs, what a thousand tasks cost, what swaps cost. */
final class Serving {

    /** The collector of the manifests. */
    private static final List<String> JVM_OPTIONS = List.of("-Xmx512m", "-XX:MaxDirectMemorySize=128m", "-XX:+UseParallelGC");

    private Serving() {
    }

    static void measure(Backbone backbone, Photographs photographs) throws Exception {
        Path folder = Files.createTempDirectory("graft-benchmark");
        try (ServingStack stack = ServingStack.start(folder, 1, JVM_OPTIONS)) {
            ServingThroughput.measure(stack, backbone, photographs);
            ManyTasks.measure(stack, backbone.descriptor());
            SwapLatency.measure(stack);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
