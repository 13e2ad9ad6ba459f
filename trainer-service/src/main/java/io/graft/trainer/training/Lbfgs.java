package io.graft.trainer.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Minimizes a smooth function of many numbers by limited-memory BFGS: Nocedal and Wright, Numerical Optimization, second
 * edition, algorithms 7.4 (the direction, by two loops over the last pairs) and 7.5.
 * <p>
 * The step is the first of 1, 1/2, 1/4 … that meets Armijo's condition (algorithm 3.1). It does not ensure Wolfe's second
 * condition, so a pair without positive curvature is left out; on a convex function that is a rounding error. Deterministic:
 * sums are taken in order, in double.
 */
final class Lbfgs {

    private static final int PAIR_COUNT_MAX = 10;
    private static final int ITERATION_COUNT_MAX = 200;
    private static final int HALVING_COUNT_MAX = 30;
    private static final double SLOPE_MAX = 1e-5;
    private static final double FALL_MIN = 1e-6;
    private static final double ARMIJO = 1e-4;
    private static final double CURVATURE_MIN = 1e-10;

    private final Objective objective;
    private final Deque<Pair> pairs = new ArrayDeque<>();
    private double[] point;
    private double[] slope;
    private double value;

    /** Starts at a point, which it copies. */
    Lbfgs(Objective objective, double[] start) {
        this.objective = objective;
        this.point = start.clone();
        this.slope = new double[start.length];
        this.value = objective.at(point, slope);
    }

    /** What is minimized. */
    @FunctionalInterface
    interface Objective {

        /** Gives the value at a point, and fills the slope with the gradient there. */
        double at(double[] point, double[] slope);
    }

    /** A step, the change of the gradient over it, and their product. */
    private static final class Pair {
        final double[] step;
        final double[] change;
        final double curvature;

        Pair(double[] step, double[] change) {
            this.step = step;
            this.change = change;
            this.curvature = dot(step, change);
        }
    }

    /** Where it has come to. */
    double[] point() {
        return point.clone();
    }

    double value() {
        return value;
    }

    /**
     * Goes down until the gradient is at most {@value #SLOPE_MAX} everywhere, an iteration gains less than {@value #FALL_MIN}
     * (of the value, where that is above 1), no step goes down, or {@value #ITERATION_COUNT_MAX} iterations are over.
     *
     * @param iterationEnded called after each iteration; what it throws ends the descent
     * @return how many iterations went down
     */
    int descend(Runnable iterationEnded) {
        for (int iteration = 0; iteration < ITERATION_COUNT_MAX; iteration++) {
            double before = value;
            if (largest(slope) <= SLOPE_MAX || !iterate()) {
                return iteration;
            }
            iterationEnded.run();
            if (before - value <= FALL_MIN * Math.max(1, Math.abs(before))) {
                return iteration + 1;
            }
        }
        return ITERATION_COUNT_MAX;
    }

    /** One step, halved until it goes down enough; whether one did. */
    private boolean iterate() {
        double[] direction = direction();
        double descent = dot(direction, slope);
        double length = pairs.isEmpty() ? Math.min(1, 1 / Math.sqrt(dot(slope, slope))) : 1;
        double[] nextSlope = new double[point.length];
        for (int halvings = 0; halvings <= HALVING_COUNT_MAX; halvings++) {
            double[] next = point.clone();
            add(next, length, direction);
            double nextValue = objective.at(next, nextSlope);
            if (nextValue <= value + ARMIJO * length * descent) {
                remember(next, nextSlope);
                point = next;
                slope = nextSlope;
                value = nextValue;
                return true;
            }
            length /= 2;
        }
        return false;
    }

    /** Algorithm 7.4: minus the inverse Hessian, as the pairs have it, times the gradient. */
    private double[] direction() {
        double[] direction = slope.clone();
        double[] shares = new double[pairs.size()];
        int i = pairs.size();
        for (Iterator<Pair> newestFirst = pairs.descendingIterator(); newestFirst.hasNext();) {
            Pair pair = newestFirst.next();
            i--;
            shares[i] = dot(pair.step, direction) / pair.curvature;
            add(direction, -shares[i], pair.change);
        }
        double scale = pairs.isEmpty() ? 1
                : pairs.getLast().curvature / dot(pairs.getLast().change, pairs.getLast().change);
        for (int k = 0; k < direction.length; k++) {
            direction[k] *= scale;
        }
        for (Pair pair : pairs) {
            add(direction, shares[i] - dot(pair.change, direction) / pair.curvature, pair.step);
            i++;
        }
        for (int k = 0; k < direction.length; k++) {
            direction[k] = -direction[k];
        }
        return direction;
    }

    private void remember(double[] next, double[] nextSlope) {
        double[] step = next.clone();
        add(step, -1, point);
        double[] change = nextSlope.clone();
        add(change, -1, slope);
        Pair pair = new Pair(step, change);
        if (pair.curvature > CURVATURE_MIN * dot(change, change)) {
            if (pairs.size() == PAIR_COUNT_MAX) {
                pairs.removeFirst();
            }
            pairs.addLast(pair);
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double factor, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * what[i];
        }
    }

    private static double largest(double[] numbers) {
        double largest = 0;
        for (double number : numbers) {
            largest = Math.max(largest, Math.abs(number));
        }
        return largest;
    }
}
