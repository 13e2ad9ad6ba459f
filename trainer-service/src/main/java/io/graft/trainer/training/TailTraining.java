package io.graft.trainer.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.graft.backbone.FineTuning;
import io.graft.backbone.HeadFit.EpochLoss;
import io.graft.backbone.TailFit;
import io.graft.backbone.TailParameters;
import io.graft.backbone.TailRates;
import io.graft.head.Head;
import io.graft.id.TaskId;
import io.graft.model.ClassWeights;
import io.graft.model.EpochResult;
import io.graft.model.FeatureDistribution;
import io.graft.model.Recipe;
import io.graft.problem.Problem;
import io.graft.tail.Tail;

/**
 * The textbook recipe on the last blocks of a backbone and a head on them, from a head that was trained alone: cross-entropy,
 * stochastic gradient descent with momentum, both learning rates times gamma every stepSize epochs. The blocks of the epoch
 * with
 * the lowest validation loss are kept; without validation samples those of the last.
 */
public final class TailTraining {

    private TailTraining() {
    }

    /**
     * What blocks are trained on.
     *
     * @param tuning has the rows
     * @param labels of its rows
     * @param trainRows numbers of the rows to train on
     * @param validationRows numbers of the others
     */
    public record Samples(TaskId task, FineTuning tuning, List<Integer> labels, List<Integer> trainRows,
            List<Integer> validationRows) {
    }

    /**
     * What is kept.
     *
     * @param head that was trained with the blocks, for features as they make them
     * @param epochs the first is number 1
     */
    public record Trained(Tail tail, Head head, List<EpochResult> epochs, int bestEpoch) {
        public Trained {
            epochs = List.copyOf(epochs);
        }
    }

    /**
     * Trains on this thread.
     *
     * @param start the head alone, for features as the backbone makes them
     * @param features where these lie
     * @param blockRate learning rate of the blocks
     * @param watch asked before each step
     * @throws Problem INVALID when the recipe diverges on these samples, or takes too long; BUSY when the thread is
     *         interrupted; whatever the listener throws
     */
    public static Trained train(Samples samples, Recipe recipe, double blockRate, Head start, FeatureDistribution features,
            RunWatch watch, EpochListener listener) {
        int[] labels = numbers(samples.labels);
        float[] mean = features.mean();
        float[] deviation = features.deviation();
        Standardization standardization = new Standardization(mean, deviation);
        try (TailFit fit = samples.tuning.fit(labels, mean, deviation, standardization.unfoldedWeight(start),
                standardization.unfoldedBias(start))) {
            if (recipe.classWeights() == ClassWeights.BALANCED) {
                int[] trained = samples.trainRows.stream().mapToInt(row -> labels[row]).toArray();
                fit.weighLabels(Workbench.balanced(trained, start.labels().size()));
            }
            return new Descent(fit, start.labels(), standardization, samples, recipe, watch, listener).run(blockRate);
        }
    }

    private static int[] numbers(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** One run down. */
    private static final class Descent {

        private final TailFit fit;
        private final List<String> labels;
        private final Standardization standardization;
        private final Samples samples;
        private final int[] trainRows;
        private final int[] validationRows;
        private final Recipe recipe;
        private final RunWatch watch;
        private final EpochListener listener;
        private final List<EpochResult> results = new ArrayList<>();
        private double lowestLoss = Double.POSITIVE_INFINITY;
        private int bestEpoch;
        private @Nullable TailParameters best;

        Descent(TailFit fit, List<String> labels, Standardization standardization, Samples samples, Recipe recipe,
                RunWatch watch, EpochListener listener) {
            this.fit = fit;
            this.labels = labels;
            this.standardization = standardization;
            this.samples = samples;
            this.trainRows = numbers(samples.trainRows);
            this.validationRows = numbers(samples.validationRows);
            this.recipe = recipe;
            this.watch = watch;
            this.listener = listener;
        }

        Trained run(double firstBlockRate) {
            SeededDraws draws = new SeededDraws(recipe.seed());
            double blockRate = firstBlockRate;
            double headRate = recipe.learningRate();
            for (int epoch = 1; epoch <= recipe.epochs(); epoch++) {
                EpochLoss train = epoch(draws.order(trainRows.length),
                        new TailRates(recipe.momentum(), blockRate, headRate, recipe.weightDecay()));
                Optional<EpochLoss> validation = validationRows.length == 0 ? Optional.empty()
                        : Optional.of(fit.score(validationRows));
                requireFinite(epoch, blockRate, validation.orElse(train).loss());
                EpochResult result = new EpochResult(epoch, blockRate, train.loss(), train.accuracy(),
                        validation.map(EpochLoss::loss), validation.map(EpochLoss::accuracy));
                keep(result);
                results.add(result);
                listener.epochEnded(result);
                if (epoch % recipe.stepSize() == 0) {
                    blockRate *= recipe.gamma();
                    headRate *= recipe.gamma();
                }
            }
            TailParameters kept = best;
            if (kept == null) {
                throw new IllegalStateException("no epoch was kept");
            }
            return new Trained(kept.tail(), standardization.fold(labels, kept.weight(), kept.bias()), results, bestEpoch);
        }

        private EpochLoss epoch(int[] order, TailRates rates) {
            double loss = 0;
            double right = 0;
            for (int from = 0; from < order.length; from += recipe.batchSize()) {
                watch.requireToGoOn(results.size() + " of " + recipe.epochs() + " epochs");
                int[] batch = Arrays.stream(order, from, Math.min(from + recipe.batchSize(), order.length))
                        .map(row -> trainRows[row]).toArray();
                EpochLoss step = fit.step(batch, rates);
                loss += step.loss() * batch.length;
                right += step.accuracy() * batch.length;
            }
            return new EpochLoss(loss / order.length, right / order.length);
        }

        private void requireFinite(int epoch, double blockRate, double loss) {
            if (!Double.isFinite(loss)) {
                throw Problem.invalid(GradientDescent.DIVERGED, "training run of task '" + samples.task
                        + "' diverged in epoch " + epoch + ": the loss is " + loss + " with blockLearningRate " + blockRate
                        + " (expected: finite losses)");
            }
        }

        private void keep(EpochResult result) {
            double loss = result.validationLoss().orElse(-1.0 * result.epoch());
            if (loss < lowestLoss) {
                lowestLoss = loss;
                bestEpoch = result.epoch();
                best = fit.parameters();
            }
        }
    }
}
