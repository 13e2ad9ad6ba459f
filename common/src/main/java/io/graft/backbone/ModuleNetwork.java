package io.graft.backbone;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

import io.graft.problem.Problem;

/**
 * A TorchScript module of the user's own, as it is: normalized images [n, 3, crop, crop] in, features [n, dimension] or
 * [n, dimension, 1, 1] out, both float32. It is code, which the engine runs.
 */
final class ModuleNetwork implements ImageNetwork {

    static final String ARCHITECTURE = "torchscript";

    private static final int TRIAL_COUNT = 2;
    private static final int DIMENSION_MAX = 1 << 16;

    private final TorchProgram normalizing;
    private final TorchProgram module;
    private final List<TorchValue> normalization;
    private final int dimension;

    private ModuleNetwork(TorchProgram normalizing, TorchProgram module, Preprocessing preprocessing) {
        this.normalizing = normalizing;
        this.module = module;
        this.normalization = preprocessing.normalization(normalizing.openScope());
        this.dimension = dimension(preprocessing);
    }

    /**
     * @param source of the module, for messages
     * @throws Problem INVALID when it is no module, or gives something else
     */
    static ModuleNetwork open(String source, byte[] archive, Preprocessing preprocessing, Placement placement) {
        TorchProgram normalizing = TorchProgram.load("ModuleProgram", placement);
        try {
            TorchProgram module = TorchProgram.ofModule(source, archive, placement);
            try {
                return new ModuleNetwork(normalizing, module, preprocessing);
            } catch (Problem | OutOfMemoryError e) {
                module.close();
                throw e;
            }
        } catch (Problem | OutOfMemoryError e) {
            normalizing.close();
            throw e;
        }
    }

    /** What it gives for black images. */
    private int dimension(Preprocessing preprocessing) {
        ByteBuffer black = ByteBuffer.allocateDirect(TRIAL_COUNT * preprocessing.sizeBytes());
        int side = preprocessing.crop();
        try (TorchScope scope = openScope()) {
            TorchValue output = output(scope, scope.uint8View(black, TRIAL_COUNT, side, side, 3));
            if (!output.isTensor()) {
                throw invalid("gives no tensor");
            }
            long[] shape = output.shape();
            boolean flat = shape.length == 2 || (shape.length == 4 && shape[2] == 1 && shape[3] == 1);
            if (!flat || shape[0] != TRIAL_COUNT || shape[1] < 1 || shape[1] > DIMENSION_MAX) {
                throw invalid("gives " + Arrays.toString(shape) + " for " + TRIAL_COUNT + " images");
            }
            return (int) shape[1];
        }
    }

    private static Problem invalid(String what) {
        return Problem.invalid("BACKBONE_WEIGHTS_INVALID", "torchscript module " + what
                + " (expected: features [images, dimension] or [images, dimension, 1, 1])");
    }

    private TorchValue output(TorchScope scope, TorchValue images) {
        TorchValue normalized = scope.run("images", images, normalization.get(0), normalization.get(1));
        return scope.runOther(module, "forward", normalized);
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public boolean hasMaps() {
        return false;
    }

    @Override
    public TorchScope openScope() {
        return normalizing.openScope();
    }

    @Override
    public TorchValue embed(TorchScope scope, TorchValue images) {
        return scope.run("features", output(scope, images));
    }

    @Override
    public List<TorchValue> embedWithMaps(TorchScope scope, TorchValue images, TorchValue rows) {
        throw new IllegalStateException("a torchscript module has no maps");
    }

    @Override
    public void close() {
        module.close();
        normalizing.close();
    }
}
