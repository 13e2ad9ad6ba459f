package io.graft.backbone;

import java.util.Arrays;
import java.util.List;

import io.graft.backbone.HeadFit.EpochLoss;

/**
 * The last blocks of a backbone and a head on them in training, in float32, by autograd. Parameters and momentum are in native
 * memory. Batch norm is folded into the convolutions, so its statistics stay as they are.
 * <p>
 * The same rows, head and steps give the same bytes on the same machine. Not thread-safe.
 */
public final class TailFit implements AutoCloseable {

    private static final int SCORED_COUNT_MAX = 32;

    private final FineTuning tuning;
    private final TorchScope scope;
    private final int[] labels;
    private final int labelCount;
    private final float[] labelWeights;
    private final TorchValue parameters;
    private final TorchValue velocity;
    private final TorchValue shapes;
    private final TorchValue blocks;
    /** Mean and deviation of the features, scale and shift of a byte. */
    private final List<TorchValue> normalization;

    TailFit(FineTuning tuning, int[] labels, float[] mean, float[] deviation, float[] weight, float[] bias) {
        this.tuning = tuning;
        this.labels = labels;
        this.labelCount = bias.length;
        this.labelWeights = new float[labelCount];
        Arrays.fill(labelWeights, 1);
        this.scope = tuning.program().openScope();
        int tailLength = tuning.start().length;
        float[] all = Arrays.copyOf(tuning.start(), tailLength + weight.length + bias.length);
        System.arraycopy(weight, 0, all, tailLength, weight.length);
        System.arraycopy(bias, 0, all, tailLength + weight.length, bias.length);
        this.parameters = scope.float32(all, all.length);
        this.velocity = scope.float32(new float[all.length], all.length);
        long[] sizes = tuning.plan().shapes();
        this.shapes = scope.int64(sizes, sizes.length / 3, 3);
        long[] structure = structure(tuning.plan());
        this.blocks = scope.int64(structure, structure.length);
        List<TorchValue> pixels = tuning.preprocessing().normalization(scope);
        this.normalization = List.of(scope.float32(mean, mean.length), scope.float32(deviation, deviation.length),
                pixels.get(0), pixels.get(1));
    }

    private long[] structure(TailPlan plan) {
        List<Integer> depths = plan.architecture().depths();
        long[] structure = new long[3 + depths.size()];
        structure[0] = labelCount;
        structure[1] = plan.firstBlock();
        structure[2] = plan.architecture().bottleneck() ? 1 : 0;
        for (int stage = 0; stage < depths.size(); stage++) {
            structure[3 + stage] = depths.get(stage);
        }
        return structure;
    }

    /** How much a sample counts by its label, [labels]; 1 each before. */
    public void weighLabels(float[] weights) {
        System.arraycopy(weights, 0, labelWeights, 0, labelCount);
    }

    /**
     * One step, by the rule of {@code torch.optim.SGD}, on the mean over some rows of the cross-entropy times the weight of the
     * label.
     *
     * @return what the rows came to before the step
     */
    public EpochLoss step(int[] rowNumbers, TailRates rates) {
        float[] share = new float[rowNumbers.length];
        for (int i = 0; i < share.length; i++) {
            share[i] = labelWeights[labels[rowNumbers[i]]];
        }
        try (TorchScope call = tuning.program().openScope()) {
            float[] numbers = rates.toNumbers();
            TorchValue sums = call.runWithGradients(tuning.rows().tensor(call, rowNumbers), labels(call, rowNumbers),
                    call.float32(share, share.length), parameters, velocity,
                    call.float32(numbers, numbers.length), shapes, blocks, normalization.get(0), normalization.get(1),
                    normalization.get(2), normalization.get(3));
            float[] values = sums.toFloats();
            return new EpochLoss(values[0] / rowNumbers.length, values[1] / rowNumbers.length);
        }
    }

    /** What some rows come to, as the parameters are now. */
    public EpochLoss score(int[] rowNumbers) {
        double loss = 0;
        double right = 0;
        for (int from = 0; from < rowNumbers.length; from += SCORED_COUNT_MAX) {
            int[] some = Arrays.copyOfRange(rowNumbers, from, Math.min(from + SCORED_COUNT_MAX, rowNumbers.length));
            try (TorchScope call = tuning.program().openScope()) {
                double[] sums = call.run("score", tuning.rows().tensor(call, some), labels(call, some), parameters, shapes,
                        blocks, normalization.get(0), normalization.get(1), normalization.get(2), normalization.get(3))
                        .toNumbers();
                loss += sums[0];
                right += sums[1];
            }
        }
        return new EpochLoss(loss / rowNumbers.length, right / rowNumbers.length);
    }

    private TorchValue labels(TorchScope call, int[] rowNumbers) {
        return call.int64(Arrays.stream(rowNumbers).mapToLong(row -> labels[row]).toArray(), rowNumbers.length);
    }

    /** Blocks and head as they are now. */
    public TailParameters parameters() {
        return new TailParameters(tuning.plan(), labelCount, parameters.toFloats());
    }

    /** Frees the native memory; the rows stay with the {@link FineTuning}. */
    @Override
    public void close() {
        scope.close();
    }
}
