package io.graft.trainer.training;

import java.util.Random;
import java.util.stream.IntStream;

/**
 * Draws from a seed alone, by {@link Random}, whose algorithm is specified: the same on every machine.
 * <p>
 * Weight and bias are uniform in ±1/√dimension, as {@code torch.nn.Linear} draws them; orders are Fisher and Yates's.
 */
final class SeededDraws implements Draws {

    private final Random random;
    private int[] order = {};

    SeededDraws(long seed) {
        this.random = new Random(seed);
    }

    @Override
    public float[] weight(int labelCount, int dimension) {
        return uniform(labelCount * dimension, dimension);
    }

    @Override
    public float[] bias(int labelCount, int dimension) {
        return uniform(labelCount, dimension);
    }

    private float[] uniform(int count, int dimension) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) ((2 * random.nextDouble() - 1) / Math.sqrt(dimension));
        }
        return numbers;
    }

    @Override
    public int[] order(int rowCount) {
        if (order.length != rowCount) {
            order = IntStream.range(0, rowCount).toArray();
        }
        for (int i = rowCount - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int row = order[i];
            order[i] = order[j];
            order[j] = row;
        }
        return order;
    }
}
