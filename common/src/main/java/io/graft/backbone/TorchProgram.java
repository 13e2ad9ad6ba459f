package io.graft.backbone;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import io.graft.problem.Problem;

/**
 * A TorchScript program without weights, kept as text beside this class: what it computes on comes in as arguments.
 * <p>
 * With {@link TorchScope} and {@link TorchValue} the one adapter over the engine's native calls. Thread-safe: scopes of several
 * threads may run it at once.
 */
final class TorchProgram implements AutoCloseable {

    private final String name;
    private final PtNDManager manager;
    private final PtSymbolBlock module;

    private TorchProgram(String name, PtNDManager manager, PtSymbolBlock module) {
        this.name = name;
        this.manager = manager;
        this.module = module;
    }

    /**
     * @param name of the class and of its file, {@code NAME.py} in this package
     * @param placement whose device the arguments go to
     * @throws Problem BROKEN when the engine does not compile it
     */
    static TorchProgram load(String name, Placement placement) {
        byte[] archive = TorchArchive.of(name, source(name));
        PtNDManager manager = TorchEngine.newManager(placement.torchDevice());
        try {
            return new TorchProgram(name, manager,
                    JniUtils.loadModule(manager, new ByteArrayInputStream(archive), true, false));
        } catch (EngineException | IOException e) {
            manager.close();
            throw Problem.broken("ENGINE_PROGRAM_BROKEN", "program " + name + " does not load: " + e.getMessage(), e);
        }
    }

    /**
     * A module with weights of its own.
     *
     * @param name of where it is from, for messages
     * @param archive what {@code torch.jit.save} writes; it is code, so its bytes are known to be the right ones
     * @throws Problem INVALID when the engine does not take it
     */
    static TorchProgram ofModule(String name, byte[] archive, Placement placement) {
        PtNDManager manager = TorchEngine.newManager(placement.torchDevice());
        try {
            PtSymbolBlock module = JniUtils.loadModule(manager, new ByteArrayInputStream(archive), true, false);
            JniUtils.enableInferenceMode(module);
            return new TorchProgram(name, manager, module);
        } catch (EngineException | IOException e) {
            manager.close();
            throw Problem.invalid("BACKBONE_WEIGHTS_INVALID",
                    "torchscript module " + name + " does not load: " + e.getMessage(), e);
        }
    }

    private static String source(String name) {
        try (InputStream source = TorchProgram.class.getResourceAsStream(name + ".py")) {
            if (source == null) {
                throw Problem.broken("ENGINE_PROGRAM_BROKEN", "program " + name + " has no " + name + ".py beside it");
            }
            return new String(source.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a place for values of one thread; all of them are freed when it is closed. */
    TorchScope openScope() {
        return new TorchScope(this, (PtNDManager) manager.newSubManager());
    }

    String name() {
        return name;
    }

    PtSymbolBlock module() {
        return module;
    }

    /** Frees the program and every scope that is still open. */
    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
