package io.graft.backbone;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

import io.graft.tail.Depth;
import io.graft.tail.Tail;

/**
 * The last blocks of a backbone, to be trained. It takes the samples first, and keeps of each what the trained part takes: the
 * frozen part is run once for each.
 * <p>
 * Not thread-safe; others may use the backbone meanwhile.
 */
public final class FineTuning implements AutoCloseable {

    private final ImageBackbone backbone;
    private final TailPlan plan;
    private final TorchProgram program;
    private final float[] start;
    private final TrainedRows rows;

    private FineTuning(ImageBackbone backbone, TailPlan plan, TorchProgram program, float[] start, TrainedRows rows) {
        this.backbone = backbone;
        this.plan = plan;
        this.program = program;
        this.start = start;
        this.rows = rows;
    }

    /** @param weights of the same backbone, which are read to their end */
    static FineTuning open(ImageBackbone backbone, ImageWeights weights, Placement placement, Depth depth, int rowCount,
            long bytesMax) {
        TailPlan plan = weights.architecture().tail(depth)
                .orElseThrow(() -> new IllegalArgumentException("depth '" + depth + "' trains no block"));
        TrainedRows rows = new TrainedRows(plan, backbone.preprocessing().crop(), rowCount, bytesMax);
        float[] start;
        try (TorchScope raw = backbone.network().openScope()) {
            start = plan.start(weights, raw);
        }
        return new FineTuning(backbone, plan, TorchProgram.load("FineTuningProgram", placement), start, rows);
    }

    /**
     * Appends samples.
     *
     * @param inputs as of {@link BackboneWorker#embed}, any number up to what is left
     */
    public void add(List<byte[]> inputs) {
        if (plan.depth() == Depth.ALL) {
            inputs.forEach(rows::add);
            return;
        }
        Preprocessing preprocessing = backbone.preprocessing();
        ByteBuffer images = ByteBuffer.allocateDirect(Math.multiplyExact(inputs.size(), preprocessing.sizeBytes()));
        inputs.forEach(images::put);
        int side = preprocessing.crop();
        try (TorchScope scope = backbone.network().openScope()) {
            TailNetwork network = backbone.network().tailed().orElseThrow();
            rows.add(network.plainTrunk(scope, scope.uint8View(images.flip(), inputs.size(), side, side, 3)).toFloatBuffer());
        }
    }

    /**
     * Features of samples that were added, through a tail of the same depth instead of the backbone's own blocks.
     *
     * @param rowNumbers of the samples, counted in the order in which they were added
     * @return [rowNumbers, dimension]
     */
    public float[][] features(Tail tail, int... rowNumbers) {
        TailNetwork network = backbone.network().tailed().orElseThrow();
        try (TorchScope scope = backbone.network().openScope()) {
            TorchValue some = rows.tensor(scope, rowNumbers);
            TorchValue first = scope.int64(new long[1], 1);
            List<TorchValue> values = plan.depth() == Depth.ALL ? network.whole(scope, some, tail, first)
                    : network.rest(scope, network.laidOut(scope, some), 0, rowNumbers.length, Optional.of(tail), first);
            return values.get(0).toRows();
        }
    }

    /**
     * Begins to train on the samples that were added.
     *
     * @param labels of the rows
     * @param mean what a feature is made smaller by before the head, [dimension]
     * @param deviation what it is divided by then, [dimension]
     * @param weight of the head to start from, [labels, dimension], row-major
     * @param bias of that head, [labels]
     */
    public TailFit fit(int[] labels, float[] mean, float[] deviation, float[] weight, float[] bias) {
        if (labels.length != rows.count()) {
            throw new IllegalArgumentException("there are " + labels.length + " labels (expected: " + rows.count()
                    + ", one for each row)");
        }
        return new TailFit(this, labels, mean, deviation, weight, bias);
    }

    TailPlan plan() {
        return plan;
    }

    TorchProgram program() {
        return program;
    }

    float[] start() {
        return start;
    }

    TrainedRows rows() {
        return rows;
    }

    Preprocessing preprocessing() {
        return backbone.preprocessing();
    }

    @Override
    public void close() {
        program.close();
    }
}
