package io.graft.backbone;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Rows of features that heads are scored on. Not thread-safe. */
public final class HeadScoring implements AutoCloseable {

    public static final int UNKNOWN_LABEL = -1;

    /** Zero has no logarithm: the smallest normal float32 stands for it, which is a loss of 87. */
    private static final float LOG_PROBABILITY_OF_UNKNOWN = (float) Math.log(Float.MIN_NORMAL);

    private final TorchProgram program;
    private final TorchScope scope;
    private final TorchValue rows;
    private final int dimension;
    private final int rowCount;

    HeadScoring(TorchProgram program, ByteBuffer rows, int dimension, int rowCount) {
        this.program = program;
        this.scope = program.openScope();
        this.rows = scope.float32View(rows, rowCount, dimension);
        this.dimension = dimension;
        this.rowCount = rowCount;
    }

    /**
     * Answers to all rows.
     *
     * @param weight [labels, dimension], row-major
     * @param bias [labels]
     * @param labels of the rows, as numbers of the head's rows; {@link #UNKNOWN_LABEL} for a label that the head does not have
     */
    public HeadScores score(float[] weight, float[] bias, int[] labels) {
        requireShapes(weight, bias, labels);
        long[] known = Arrays.stream(labels).mapToLong(label -> Math.max(label, 0)).toArray();
        try (TorchScope call = program.openScope()) {
            List<TorchValue> scores = call.elements(call.run("score", rows, call.int64(known, rowCount),
                    call.float32(weight, bias.length, dimension), call.float32(bias, bias.length)));
            float[] logProbabilities = scores.get(1).toFloats();
            for (int row = 0; row < rowCount; row++) {
                if (labels[row] == UNKNOWN_LABEL) {
                    logProbabilities[row] = LOG_PROBABILITY_OF_UNKNOWN;
                }
            }
            return new HeadScores(scores.get(0).toIntegers(), logProbabilities, scores.get(2).toFloats());
        }
    }

    /**
     * Multiplies the logits by a factor and gives the cross-entropy of every row's own label, and its first and second
     * derivative by the factor, [3, rows]: loss is convex in it.
     *
     * @param labels of the rows, all known to the head
     */
    public float[] scaled(float[] weight, float[] bias, int[] labels, double factor) {
        requireShapes(weight, bias, labels);
        long[] known = Arrays.stream(labels).asLongStream().toArray();
        try (TorchScope call = program.openScope()) {
            return call.run("scaled", rows, call.int64(known, rowCount), call.float32(weight, bias.length, dimension),
                    call.float32(bias, bias.length), call.number(factor)).toFloats();
        }
    }

    private void requireShapes(float[] weight, float[] bias, int[] labels) {
        if (labels.length != rowCount || weight.length != bias.length * dimension) {
            throw new IllegalArgumentException(labels.length + " labels and " + weight.length + " weights (expected: "
                    + rowCount + " and " + bias.length + " × " + dimension + ")");
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
