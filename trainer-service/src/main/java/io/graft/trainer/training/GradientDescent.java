package io.graft.trainer.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.graft.backbone.HeadFit;
import io.graft.head.Head;
import io.graft.model.EpochResult;
import io.graft.model.Recipe;
import io.graft.model.RecipeCandidate;
import io.graft.problem.Problem;

/**
 * The textbook recipe on features: cross-entropy, stochastic gradient descent with momentum, the learning rate times gamma
 * every stepSize epochs, the head of the epoch with the best validation accuracy kept.
 */
final class GradientDescent {

    static final String DIVERGED = "TRAINING_DIVERGED";

    private final Workbench bench;
    private final RunWatch watch;

    GradientDescent(Workbench bench, RunWatch watch) {
        this.bench = bench;
        this.watch = watch;
    }

    /**
     * Descends from what is drawn.
     *
     * @throws Problem INVALID when the recipe diverges on this set or the run takes too long
     */
    Attempt run(Recipe recipe, Draws draws, EpochListener listener) {
        TrainingSet set = bench.set();
        int labelCount = set.labels().size();
        HeadFit fit = bench.fit();
        fit.initialize(draws.weight(labelCount, set.dimension()), draws.bias(labelCount, set.dimension()));
        Best best = new Best();
        List<EpochResult> results = new ArrayList<>();
        double learningRate = recipe.learningRate();
        for (int epoch = 1; epoch <= recipe.epochs(); epoch++) {
            watch.requireToGoOn((epoch - 1) + " of " + recipe.epochs() + " epochs");
            HeadFit.EpochLoss train = fit.epoch(draws.order(set.trainCount()), recipe.batchSize(), learningRate,
                    recipe.momentum(), recipe.weightDecay());
            float[] weight = fit.weight();
            requireFinite(recipe, epoch, train.loss(), weight);
            Head head = bench.head(weight);
            Optional<Evaluator.Score> validation = bench.evaluator().score(head);
            EpochResult result = new EpochResult(epoch, learningRate, train.loss(), train.accuracy(),
                    validation.map(Evaluator.Score::loss), validation.map(Evaluator.Score::accuracy));
            best.offer(head, result);
            results.add(result);
            listener.epochEnded(result);
            if (epoch % recipe.stepSize() == 0) {
                learningRate *= recipe.gamma();
            }
        }
        EpochResult kept = results.get(best.epoch - 1);
        return new Attempt(RecipeCandidate.descent(recipe).toValidated(kept.validationLoss(), kept.validationAccuracy()),
                best.head(), results, best.epoch);
    }

    private void requireFinite(Recipe recipe, int epoch, double loss, float[] weight) {
        boolean finite = Double.isFinite(loss);
        for (float number : weight) {
            finite &= Float.isFinite(number);
        }
        if (!finite) {
            throw Problem.invalid(DIVERGED, "training run of task '" + bench.set().task() + "' diverged in epoch " + epoch
                    + ": trainLoss is " + loss + " with learningRate " + recipe.learningRate()
                    + " (expected: finite losses and weights)");
        }
    }

    /** The first epoch with the best validation accuracy; without validation samples the last. */
    private static final class Best {

        private @Nullable Head head;
        private double accuracy = -1;
        private int epoch;

        void offer(Head candidate, EpochResult result) {
            if (result.validationAccuracy().isEmpty() || result.validationAccuracy().get() > accuracy) {
                head = candidate;
                accuracy = result.validationAccuracy().orElse(accuracy);
                epoch = result.epoch();
            }
        }

        Head head() {
            if (head == null) {
                throw new IllegalStateException("no epoch was offered");
            }
            return head;
        }
    }
}
