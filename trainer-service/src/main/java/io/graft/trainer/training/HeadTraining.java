package io.graft.trainer.training;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.graft.backbone.HeadFit;
import io.graft.backbone.HeadProgram;
import io.graft.head.Head;
import io.graft.model.EpochResult;
import io.graft.model.Recipe;
import io.graft.problem.Problem;

/**
 * The textbook recipe on features: cross-entropy, stochastic gradient descent with momentum, the learning rate times gamma
 * every
 * stepSize epochs, the head of the epoch with the best validation accuracy kept.
 * <p>
 * The training rows are standardized first (the recipe's learning rate suits numbers of about 1, whatever a backbone gives),
 * and
 * the map is folded into the head. Randomness comes from the recipe's seed alone: the same set, recipe and software give the
 * same
 * bytes. Thread-safe; runs may go in parallel.
 */
public final class HeadTraining {

    private final HeadProgram program;
    private final Duration runTimeMax;
    private final LongSupplier nanoTime;

    /**
     * @param runTimeMax looked at between two epochs
     * @param nanoTime as {@link System#nanoTime}
     */
    public HeadTraining(HeadProgram program, Duration runTimeMax, LongSupplier nanoTime) {
        this.program = program;
        this.runTimeMax = runTimeMax;
        this.nanoTime = nanoTime;
    }

    /**
     * Trains a head on this thread.
     *
     * @throws Problem INVALID when the recipe diverges on this set or takes too long; whatever the listener throws
     */
    public TrainedHead train(TrainingSet set, Recipe recipe, EpochListener listener) {
        return train(set, recipe, new SeededDraws(recipe.seed()), true, listener);
    }

    TrainedHead train(TrainingSet set, Recipe recipe, Draws draws, boolean standardized, EpochListener listener) {
        int labelCount = set.labels().size();
        long start = nanoTime.getAsLong();
        try (HeadFit fit = program.fit(set.takeTrainRows(), set.dimension(), set.trainLabels(), labelCount);
                Evaluator evaluator = new Evaluator(program, set)) {
            if (standardized) {
                fit.standardize();
            }
            Standardization standardization = new Standardization(fit.mean(), fit.deviation());
            fit.initialize(draws.weight(labelCount, set.dimension()), draws.bias(labelCount, set.dimension()));
            Best best = new Best();
            List<EpochResult> results = new ArrayList<>();
            double learningRate = recipe.learningRate();
            for (int epoch = 1; epoch <= recipe.epochs(); epoch++) {
                requireTime(set, recipe, epoch, start);
                HeadFit.EpochLoss train = fit.epoch(draws.order(set.trainCount()), recipe.batchSize(), learningRate,
                        recipe.momentum(), recipe.weightDecay());
                float[] weight = fit.weight();
                requireFinite(set, recipe, epoch, train.loss(), weight);
                Head head = standardization.fold(set.labels(), weight, fit.bias());
                Optional<Evaluator.Score> validation = evaluator.score(head);
                EpochResult result = new EpochResult(epoch, learningRate, train.loss(), train.accuracy(),
                        validation.map(Evaluator.Score::loss), validation.map(Evaluator.Score::accuracy));
                best.offer(head, result);
                results.add(result);
                listener.epochEnded(result);
                if (epoch % recipe.stepSize() == 0) {
                    learningRate *= recipe.gamma();
                }
            }
            return new TrainedHead(best.head(), results, best.epoch, evaluator.evaluate(best.head()));
        }
    }

    private void requireTime(TrainingSet set, Recipe recipe, int epoch, long start) {
        Duration taken = Duration.ofNanos(nanoTime.getAsLong() - start);
        if (taken.compareTo(runTimeMax) > 0) {
            throw Problem.invalid("TRAINING_TIME_EXCEEDED", "training run of task '" + set.task() + "' has taken "
                    + taken.toMillis() + " ms for " + (epoch - 1) + " of " + recipe.epochs() + " epochs (expected: at most "
                    + runTimeMax.toMillis() + " ms)");
        }
    }

    private static void requireFinite(TrainingSet set, Recipe recipe, int epoch, double loss, float[] weight) {
        boolean finite = Double.isFinite(loss);
        for (float number : weight) {
            finite &= Float.isFinite(number);
        }
        if (!finite) {
            throw Problem.invalid("TRAINING_DIVERGED", "training run of task '" + set.task() + "' diverged in epoch " + epoch
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
