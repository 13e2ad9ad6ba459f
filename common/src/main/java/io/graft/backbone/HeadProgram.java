package io.graft.backbone;

import java.nio.ByteBuffer;

/**
 * Trains and scores linear heads in native code: the one thing outside the backbones that works on tensors.
 * <p>
 * It runs on the CPU wherever the backbones run: a step over a batch of features is microseconds of arithmetic, less than the
 * launch of a GPU's kernel. Thread-safe, and several trainings may run at once; what it opens belongs to one thread each.
 */
public final class HeadProgram implements AutoCloseable {

    private final TorchProgram program;

    private HeadProgram(TorchProgram program) {
        this.program = program;
    }

    /**
     * Compiles the program; takes a fraction of a second, and the start of the engine where it is the first.
     *
     * @throws io.graft.problem.Problem BROKEN when the engine does not start
     */
    public static HeadProgram load() {
        return new HeadProgram(TorchProgram.load("HeadProgram", new Placement("cpu", Precision.FLOAT32)));
    }

    /**
     * Starts the training of a head.
     *
     * @param rows direct buffer of features, float32 in the machine's byte order, [labels.length, dimension] from its position
     *        on; not copied: the caller gives the numbers away, because {@link HeadFit#standardize} changes them
     * @param labels of the rows, 0 up to but not labelCount
     */
    public HeadFit fit(ByteBuffer rows, int dimension, int[] labels, int labelCount) {
        requireRows(rows, labels.length, dimension);
        for (int label : labels) {
            if (label < 0 || label >= labelCount) {
                throw new IllegalArgumentException("label is " + label + " (expected: 0 to " + (labelCount - 1) + ")");
            }
        }
        return new HeadFit(program, rows.slice(), dimension, labels, labelCount);
    }

    /**
     * Opens rows for scoring.
     *
     * @param rows as in {@link #fit}, [rowCount, dimension]; not copied and not changed: they stay as they are until closed
     */
    public HeadScoring scoring(ByteBuffer rows, int dimension, int rowCount) {
        requireRows(rows, rowCount, dimension);
        return new HeadScoring(program, rows.slice(), dimension, rowCount);
    }

    private static void requireRows(ByteBuffer rows, int rowCount, int dimension) {
        if (!rows.isDirect() || rowCount < 1 || dimension < 1
                || rows.remaining() != (long) rowCount * dimension * Float.BYTES) {
            throw new IllegalArgumentException("buffer has " + rows.remaining() + (rows.isDirect() ? " direct" : " heap")
                    + " bytes (expected: " + rowCount + " × " + dimension + " direct float32 numbers)");
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
