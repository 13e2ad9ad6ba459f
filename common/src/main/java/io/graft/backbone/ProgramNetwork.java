package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.graft.problem.Problem;
import io.graft.tail.Depth;

/** An architecture's program and its weights: brought into the form of the forward pass once, so that only that form stays. */
final class ProgramNetwork implements ImageNetwork {

    private final Architecture architecture;
    private final TorchProgram program;
    private final List<TorchValue> constants;
    private final Optional<TailNetwork> tailed;

    private ProgramNetwork(Architecture architecture, TorchProgram program, List<TorchValue> constants,
            Optional<TailNetwork> tailed) {
        this.architecture = architecture;
        this.program = program;
        this.constants = constants;
        this.tailed = tailed;
    }

    static ProgramNetwork open(ImageWeights weights, Placement placement) {
        Architecture architecture = weights.architecture();
        TorchProgram program = TorchProgram.load(architecture.program(), placement);
        try {
            TorchScope scope = program.openScope();
            List<TorchValue> constants = new ArrayList<>(architecture.constants(weights, placement, program, scope));
            List<TorchValue> normalization = weights.preprocessing().normalization(scope);
            Optional<TailNetwork> tailed = architecture.tail(Depth.LAST_BLOCK).map(lastBlock -> new TailNetwork(lastBlock,
                    placement, weights.preprocessing().crop(), program, constants.get(0), normalization));
            constants.addAll(normalization);
            return new ProgramNetwork(architecture, program, constants, tailed);
        } catch (Problem | OutOfMemoryError e) {
            program.close();
            throw e;
        }
    }

    @Override
    public int dimension() {
        return architecture.dimension();
    }

    @Override
    public boolean hasMaps() {
        return architecture.hasMaps();
    }

    @Override
    public Optional<TailNetwork> tailed() {
        return tailed;
    }

    @Override
    public TorchScope openScope() {
        return program.openScope();
    }

    @Override
    public TorchValue embed(TorchScope scope, TorchValue images) {
        return scope.run("embed", arguments(images));
    }

    @Override
    public List<TorchValue> embedWithMaps(TorchScope scope, TorchValue images, TorchValue rows) {
        return scope.elements(scope.run("embed_with_maps", arguments(images, rows)));
    }

    /** The images first, then the constants, then what only some methods take. */
    private TorchValue[] arguments(TorchValue images, TorchValue... others) {
        List<TorchValue> arguments = new ArrayList<>(List.of(images));
        arguments.addAll(constants);
        arguments.addAll(List.of(others));
        return arguments.toArray(TorchValue[]::new);
    }

    /** Frees the weights too: their scope is the program's. */
    @Override
    public void close() {
        tailed.ifPresent(TailNetwork::close);
        program.close();
    }
}
