package io.graft.trainer.training;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import io.graft.head.Head;
import io.graft.model.RecipeCandidate;

/**
 * Multinomial logistic regression on all training rows at once: the mean cross-entropy plus weightDecay / 2 × the sum of the
 * squared weights, as scikit-learn's with C = 1 / (weightDecay × rows). The bias does not decay.
 * <p>
 * It starts at zero; a further one starts where the last one ended, so a path goes from strong to weak decay. The rows are read
 * in float32, and the descent is in double.
 */
final class LogisticRegression {

    private final Workbench bench;
    private final RunWatch watch;
    private final int weightCount;
    private final float[] point;
    private final float[] slope;
    private double[] solution;

    LogisticRegression(Workbench bench, RunWatch watch) {
        this.bench = bench;
        this.watch = watch;
        int labelCount = bench.set().labels().size();
        this.weightCount = labelCount * bench.set().dimension();
        this.point = new float[weightCount + labelCount];
        this.slope = new float[point.length];
        this.solution = new double[point.length];
    }

    /**
     * Fits.
     *
     * @throws io.graft.problem.Problem INVALID when the run takes too long
     */
    Attempt run(double weightDecay) {
        AtomicInteger begun = new AtomicInteger();
        Lbfgs lbfgs = new Lbfgs((at, gradient) -> penalized(at, gradient, weightDecay), solution);
        int iterations = lbfgs.descend(
                () -> watch.requireToGoOn(begun.incrementAndGet() + " iterations of the logistic regression"));
        solution = lbfgs.point();
        narrow(solution);
        float[] weight = Arrays.copyOf(point, weightCount);
        bench.fit().initialize(weight, Arrays.copyOfRange(point, weightCount, point.length));
        Head head = bench.head(weight);
        Optional<Evaluator.Score> validation = bench.evaluator().score(head);
        return new Attempt(RecipeCandidate.logistic(weightDecay).toConverged(iterations)
                .toValidated(validation.map(Evaluator.Score::loss), validation.map(Evaluator.Score::accuracy)), head, List.of(),
                0);
    }

    private double penalized(double[] at, double[] gradient, double weightDecay) {
        narrow(at);
        double loss = bench.fit().gradient(point, slope);
        double squares = 0;
        for (int i = 0; i < at.length; i++) {
            gradient[i] = slope[i];
            if (i < weightCount) {
                gradient[i] += weightDecay * at[i];
                squares += at[i] * at[i];
            }
        }
        return loss + weightDecay / 2 * squares;
    }

    private void narrow(double[] numbers) {
        for (int i = 0; i < numbers.length; i++) {
            point[i] = (float) numbers[i];
        }
    }
}
