package io.graft.backbone;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import io.graft.problem.Problem;

/**
 * The native engine of this JVM, started on first use.
 * <p>
 * Before it starts it gets one thread for each caller ({@code ai.djl.pytorch.num_threads=1}: the services have as many workers
 * as cores, and threads of theirs on the same cores wait for each other) and stays off the network
 * ({@code ai.djl.offline=true}). What the user has set in these system properties is left alone.
 */
public final class TorchEngine {

    private static final Engine ENGINE = start();

    private TorchEngine() {
    }

    private static Engine start() {
        EngineProperties.setIfAbsent("ai.djl.pytorch.num_threads", "1");
        EngineProperties.setIfAbsent("ai.djl.offline", "true");
        try {
            return Engine.getEngine("PyTorch");
        } catch (EngineException e) {
            throw Problem.broken("ENGINE_BROKEN", "engine PyTorch does not start: " + e.getMessage(), e);
        }
    }

    /** Name and version, as in a model's lineage: {@code PyTorch 2.7.1}. */
    public static String version() {
        return ENGINE.getEngineName() + " " + ENGINE.getVersion();
    }

    /** GPUs that the engine can compute on. */
    static int gpuCount() {
        return ENGINE.getGpuCount();
    }

    static PtNDManager newManager(Device device) {
        return (PtNDManager) ENGINE.newBaseManager(device);
    }
}
