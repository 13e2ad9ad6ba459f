package io.graft.trainer.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.graft.model.Recipe;
import io.graft.model.RecipeCandidate;
import io.graft.model.TrainedRecipe;
import io.graft.problem.Problem;

/**
 * Tries the candidates of a recipe one after the other and keeps the one with the lowest validation loss.
 * <p>
 * {@code auto} tries, in this order: the textbook with the request's numbers; the same descent in batches of 64 over eight
 * epochs, at several learning rates with and without weight decay; logistic regressions from strong to weak decay. A later
 * candidate must be better by more than {@value #TIE} of the loss: of equals the earlier one is kept. Without validation
 * samples there is nothing to choose by, and the logistic regression at {@link Recipe#LBFGS_WEIGHT_DECAY} is taken alone.
 */
final class RecipeSearch {

    private static final double TIE = 1e-6;
    private static final double[] LEARNING_RATES = { 0.003, 0.01, 0.03 };
    private static final double[] WEIGHT_DECAYS = { 0, 0.001 };
    private static final double[] STRENGTHS = { 1, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003 };
    /** What a candidate may come to without an end of the search: weights beyond all numbers, before or after the folding. */
    private static final Set<String> PASSED_OVER = Set.of(GradientDescent.DIVERGED, "HEAD_INVALID");
    private static final EpochListener NOBODY = result -> {
    };

    private final Workbench bench;
    private final RunWatch watch;
    private final EpochListener listener;
    private final List<RecipeCandidate> tried = new ArrayList<>();
    private @Nullable Attempt best;
    private int bestIndex;
    private boolean stopped;
    private @Nullable Problem failure;

    RecipeSearch(Workbench bench, RunWatch watch, EpochListener listener) {
        this.bench = bench;
        this.watch = watch;
        this.listener = listener;
    }

    /** What was kept, and what the event says of it. */
    record Found(Attempt attempt, TrainedRecipe recipe) {
    }

    private record Step(RecipeCandidate plan, Supplier<Attempt> work) {
    }

    /** Takes the head that was trained with the blocks as the first candidate, where there is something to choose by. */
    void offer(Recipe asked, TailTraining.Trained tail) {
        bench.evaluator().score(tail.head()).ifPresent(score -> keep(new Attempt(
                RecipeCandidate.descent(asked.toOptimizer(Recipe.SGD)).toValidated(Optional.of(score.loss()),
                        Optional.of(score.accuracy())),
                tail.head(), tail.epochs(), tail.bestEpoch())));
    }

    /**
     * Searches. When the time is over, it stops and keeps the best so far.
     *
     * @throws Problem INVALID when no candidate came to an end; whatever the listener throws
     */
    Found run(Recipe asked) {
        List<Step> steps = steps(asked);
        int number = 0;
        while (number < steps.size() && !stopped) {
            attempt(steps.get(number), ++number, steps.size());
        }
        Attempt found = best;
        if (found == null) {
            throw failure == null ? new IllegalStateException("no candidate was tried") : failure;
        }
        List<RecipeCandidate> candidates = new ArrayList<>(tried);
        candidates.set(bestIndex, found.candidate().toChosen());
        return new Found(found, new TrainedRecipe(asked, candidates, reason(asked, found, steps.size())));
    }

    private List<Step> steps(Recipe asked) {
        GradientDescent descent = new GradientDescent(bench, watch);
        LogisticRegression regression = new LogisticRegression(bench, watch);
        Step textbook = step(descent, asked.toOptimizer(Recipe.SGD), listener);
        return switch (asked.optimizer()) {
            case Recipe.SGD -> List.of(textbook);
            case Recipe.LBFGS -> List.of(step(regression, asked.weightDecay()));
            default -> bench.set().validationCount() == 0 ? List.of(step(regression, Recipe.LBFGS_WEIGHT_DECAY))
                    : Stream.of(Stream.of(textbook), grid(asked).map(recipe -> step(descent, recipe, NOBODY)),
                            DoubleStream.of(STRENGTHS).mapToObj(strength -> step(regression, strength)))
                            .flatMap(steps -> steps).toList();
        };
    }

    private static Stream<Recipe> grid(Recipe asked) {
        return DoubleStream.of(LEARNING_RATES).boxed().flatMap(rate -> DoubleStream.of(WEIGHT_DECAYS)
                .mapToObj(decay -> new Recipe(Recipe.SGD, 8, 64, rate, 0.9, decay, 3, 0.1, asked.seed(),
                        asked.classWeights())));
    }

    private static Step step(GradientDescent descent, Recipe recipe, EpochListener listener) {
        return new Step(RecipeCandidate.descent(recipe),
                () -> descent.run(recipe, new SeededDraws(recipe.seed()), listener));
    }

    private static Step step(LogisticRegression regression, double strength) {
        return new Step(RecipeCandidate.logistic(strength), () -> regression.run(strength));
    }

    private void attempt(Step step, int number, int count) {
        listener.candidateBegan(step.plan, number, count);
        try {
            keep(step.work.get());
        } catch (Problem e) {
            stopped = best != null && e.code().equals(RunWatch.TIME_EXCEEDED);
            if (!stopped && !PASSED_OVER.contains(e.code())) {
                throw e;
            }
            failure = failure == null ? e : failure;
            tried.add(step.plan.toFailed(e.sentence()));
        }
    }

    private void keep(Attempt attempt) {
        if (!Double.isFinite(attempt.candidate().validationLoss().orElse(0.0))) {
            throw Problem.invalid(GradientDescent.DIVERGED, "training run of task '" + bench.set().task()
                    + "' diverged: its validation loss is not a finite number");
        }
        if (best == null || isBetter(attempt.candidate(), best.candidate())) {
            best = attempt;
            bestIndex = tried.size();
        }
        tried.add(attempt.candidate());
    }

    private static boolean isBetter(RecipeCandidate candidate, RecipeCandidate kept) {
        return loss(candidate) < loss(kept) * (1 - TIE);
    }

    private static double loss(RecipeCandidate candidate) {
        return candidate.validationLoss().orElseThrow();
    }

    private String reason(Recipe asked, Attempt found, int count) {
        if (!asked.optimizer().equals(Recipe.AUTO)) {
            return "optimizer '" + asked.optimizer() + "' was asked for";
        }
        if (bench.set().validationCount() == 0) {
            return "there are no validation samples to choose by: optimizer '" + Recipe.LBFGS + "' with weightDecay "
                    + Recipe.LBFGS_WEIGHT_DECAY;
        }
        return String.format(Locale.ROOT, "validation loss %.4f is the lowest of %d candidates%s", loss(found.candidate()),
                tried.stream().filter(candidate -> candidate.problem().isEmpty()).count(),
                stopped ? ", when the time of the run was over; there were " + count + " to try" : "");
    }
}
