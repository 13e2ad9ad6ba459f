package io.graft.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import io.graft.local.ServiceProcess;

/** What lives on the heap of another JVM after a full collection, as {@code jcmd} of this JDK counts it. */
final class LiveHeap {

    private LiveHeap() {
    }

    static long bytes(ServiceProcess service) throws IOException {
        Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(service.cost().pid()), "GC.class_histogram").redirectErrorStream(true).start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return histogram.lines().filter(line -> line.startsWith("Total ")).findFirst()
                .map(line -> Long.parseLong(line.trim().split(" +", -1)[2]))
                .orElseThrow(() -> new IllegalStateException("jcmd says: " + histogram));
    }
}
