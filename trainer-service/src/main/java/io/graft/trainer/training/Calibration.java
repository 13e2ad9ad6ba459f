package io.graft.trainer.training;

import java.util.Optional;
import java.util.function.IntPredicate;

import io.graft.head.Head;

/**
 * Temperature scaling: the logits are divided by the one number that gives the validation samples the lowest cross-entropy
 * (Guo et al., On Calibration of Modern Neural Networks, 2017). The answers stay the same, their probabilities become honest.
 * <p>
 * It is fitted on the samples that measure it, so it must prove itself: there are at least {@value #ROW_COUNT_MIN} of them, and
 * the temperature of each half of them lowers the loss of the other half.
 */
final class Calibration {

    static final int ROW_COUNT_MIN = 50;

    private static final double FACTOR_MIN = 0.05;
    private static final double FACTOR_MAX = 20;
    private static final int STEP_COUNT_MAX = 30;
    /** 2^64 / the golden ratio: its multiples fill the range evenly, whatever order the labels come in. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final Evaluator evaluator;
    private final Head head;
    private final int rowCount;

    private Calibration(Evaluator evaluator, Head head) {
        this.evaluator = evaluator;
        this.head = head;
        this.rowCount = evaluator.rowCount();
    }

    /** The temperature that the head's logits should be divided by, where it helps. */
    static Optional<Double> temperature(Evaluator evaluator, Head head) {
        return evaluator.rowCount() < ROW_COUNT_MIN ? Optional.empty() : new Calibration(evaluator, head).temperature();
    }

    private Optional<Double> temperature() {
        IntPredicate first = row -> row * GOLDEN >= 0;
        return helps(first, first.negate()) && helps(first.negate(), first)
                ? Optional.of(1 / factor(row -> true))
                : Optional.empty();
    }

    private boolean helps(IntPredicate fitted, IntPredicate measured) {
        return bend(factor(fitted), measured).loss < bend(1, measured).loss;
    }

    /**
     * One over the temperature: Newton's method on a convex function of one number, each step at most a halving or doubling.
     */
    private double factor(IntPredicate rows) {
        double factor = 1;
        for (int i = 0; i < STEP_COUNT_MAX; i++) {
            Bend bend = bend(factor, rows);
            double newton = bend.curvature > 0 ? factor - bend.slope / bend.curvature : factor;
            double next = clamp(clamp(newton, factor / 2, factor * 2), FACTOR_MIN, FACTOR_MAX);
            if (Math.abs(next - factor) < 1e-4 * factor) {
                return next;
            }
            factor = next;
        }
        return factor;
    }

    private static double clamp(double value, double min, double max) {
        return Math.max(min, Math.min(max, value));
    }

    /** Sums over rows of the loss and its derivatives by the factor. */
    private record Bend(double loss, double slope, double curvature) {
    }

    private Bend bend(double factor, IntPredicate rows) {
        float[] numbers = evaluator.scaled(head, factor);
        double[] sums = new double[3];
        for (int row = 0; row < rowCount; row++) {
            if (rows.test(row)) {
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += numbers[i * rowCount + row];
                }
            }
        }
        return new Bend(sums[0], sums[1], sums[2]);
    }

    /** The head whose logits are those of another divided by a temperature. */
    static Head cooled(Head head, double temperature) {
        return new Head(head.labels(), head.dimension(), divided(head.weight(), temperature),
                divided(head.bias(), temperature));
    }

    private static float[] divided(float[] numbers, double divisor) {
        float[] divided = new float[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            divided[i] = (float) (numbers[i] / divisor);
        }
        return divided;
    }
}
