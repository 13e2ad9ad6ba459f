package io.graft.backbone;

import java.util.List;
import java.util.Optional;

import io.graft.tail.Depth;
import io.graft.tail.Tail;

/**
 * A ResNet whose last blocks may be a version's own: what comes before them is computed once for all images of a batch.
 * Thread-safe.
 */
final class TailNetwork implements AutoCloseable {

    private final ResNetArchitecture architecture;
    private final TorchValue own;
    private final List<TorchValue> normalization;
    private final TailPlan lastBlock;
    private final PreparedTails tails;

    /**
     * @param own weights as the forward pass takes them
     * @param normalization scale and shift of a byte
     */
    TailNetwork(TailPlan lastBlock, Placement placement, int crop, TorchProgram program, TorchValue own,
            List<TorchValue> normalization) {
        this.architecture = lastBlock.architecture();
        this.own = own;
        this.normalization = normalization;
        this.lastBlock = lastBlock;
        this.tails = new PreparedTails(program, (tail, scope) -> {
            TailPlan plan = plan(tail.depth());
            plan.require(tail);
            return plan.constants(tail, placement, crop, program, scope);
        });
    }

    /** What a tail of a depth replaces. */
    TailPlan plan(Depth depth) {
        return new TailPlan(architecture, depth);
    }

    /**
     * What the last block takes, [n, channels, h, w].
     *
     * @param images [n, crop, crop, 3], uint8
     */
    TorchValue trunk(TorchScope scope, TorchValue images) {
        return scope.run("trunk", images, own, scope.integers(architecture.depths()), scope.flag(architecture.bottleneck()),
                normalization.get(0), normalization.get(1), scope.integer(lastBlock.firstBlock()));
    }

    /** The same in float32, row-major. */
    TorchValue plainTrunk(TorchScope scope, TorchValue images) {
        return scope.run("plain", trunk(scope, images));
    }

    /** What {@link #plainTrunk} gave as {@link #rest} takes it. */
    TorchValue laidOut(TorchScope scope, TorchValue plainTrunk) {
        return scope.run("laid_out", plainTrunk, own);
    }

    /**
     * Features of count images and the last maps of some, as of {@link ImageNetwork#embedWithMaps}.
     *
     * @param trunk of all images; changed
     * @param from the first of these images
     * @param tail absent: the backbone's own last block
     * @param rows counted from the first of these images
     */
    List<TorchValue> rest(TorchScope scope, TorchValue trunk, int from, int count, Optional<Tail> tail, TorchValue rows) {
        if (tail.isEmpty()) {
            return rest(scope, trunk, from, count, own, 2 * lastBlock.precedingCount(), rows);
        }
        return tails.use(tail.get(), constants -> rest(scope, trunk, from, count, constants, 0, rows));
    }

    private List<TorchValue> rest(TorchScope scope, TorchValue trunk, int from, int count, TorchValue weights, int place,
            TorchValue rows) {
        return scope.elements(scope.run("rest", trunk, scope.integer(from), scope.integer(count), weights,
                scope.integer(place), scope.integers(architecture.depths()), scope.flag(architecture.bottleneck()),
                scope.integer(lastBlock.firstBlock()), rows));
    }

    /** Likewise of images through a tail that is the whole network. */
    List<TorchValue> whole(TorchScope scope, TorchValue images, Tail tail, TorchValue rows) {
        return tails.use(tail, constants -> scope.elements(scope.run("embed_with_maps", images, constants,
                scope.integers(architecture.depths()), scope.flag(architecture.bottleneck()), normalization.get(0),
                normalization.get(1), rows)));
    }

    @Override
    public void close() {
        tails.close();
    }
}
