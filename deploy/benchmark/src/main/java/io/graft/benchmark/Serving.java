package io.graft.benchmark;

import java.util.List;

import io.graft.backbone.Backbone;
import io.graft.local.ServingStack;
import io.graft.testing.TemporaryFolder;

/** A replica of the inference-service under load: what HTTP costs, what a thousand tasks cost, what swaps cost. */
final class Serving {

    /** Those of the manifests. */
    private static final List<String> JVM_OPTIONS = List.of("-Xmx1536m", "-XX:MaxDirectMemorySize=512m", "-XX:+UseParallelGC");

    private Serving() {
    }

    static void measure(Backbone backbone, Photographs photographs) throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create("graft-benchmark-");
                ServingStack stack = ServingStack.start(folder.path(), 1, JVM_OPTIONS)) {
            ServingThroughput.measure(stack, backbone, photographs);
            ManyTasks.measure(stack, backbone.descriptor(), photographs.contents());
        }
    }

    static void measureSwaps(Backbone backbone, Photographs photographs) throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create("graft-benchmark-");
                ServingStack stack = ServingStack.start(folder.path(), 1, JVM_OPTIONS)) {
            SwapLatency.measure(stack, backbone.descriptor(), photographs.contents());
        }
    }
}
