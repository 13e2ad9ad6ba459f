package io.graft.trainer.training;

/** What a training run leaves to chance. */
interface Draws {

    /** Weight to start from, [labels, dimension], row-major. */
    float[] weight(int labelCount, int dimension);

    /** Bias to start from, [labels]. */
    float[] bias(int labelCount, int dimension);

    /** The order of the rows in the next epoch; the array is read before the next call. */
    int[] order(int rowCount);
}
