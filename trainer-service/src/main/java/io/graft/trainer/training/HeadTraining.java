package io.graft.trainer.training;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

import io.graft.backbone.HeadProgram;
import io.graft.head.Head;
import io.graft.model.Recipe;
import io.graft.problem.Problem;

/**
 * From a training set to a head: the recipe's candidates are tried, the best is kept and, where that helps, calibrated.
 * <p>
 * The training rows are standardized first (the recipe's learning rate suits numbers of about 1, whatever a backbone gives),
 * and the map is folded into the head. Randomness comes from the recipe's seed alone: the same set, recipe and software give
 * the same bytes, unless the time of a run ends a search early. Thread-safe; runs may go in parallel.
 */
public final class HeadTraining {

    private final HeadProgram program;
    private final Duration runTimeMax;
    private final LongSupplier nanoTime;

    /**
     * @param runTimeMax looked at between two epochs or iterations, and before each candidate
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
     * @throws Problem INVALID when no candidate comes to an end: the recipe diverges on this set, or takes too long; BUSY when
     *         the thread is interrupted; whatever the listener throws
     */
    public TrainedHead train(TrainingSet set, Recipe recipe, EpochListener listener) {
        return train(set, recipe, Optional.empty(), listener);
    }

    /**
     * Likewise on features through blocks that were trained with a head, which is one candidate more.
     *
     * @param set of features through these blocks
     */
    public TrainedHead train(TrainingSet set, Recipe recipe, TailTraining.Trained tail, EpochListener listener) {
        return train(set, recipe, Optional.of(tail), listener);
    }

    private TrainedHead train(TrainingSet set, Recipe recipe, Optional<TailTraining.Trained> tail, EpochListener listener) {
        RunWatch watch = new RunWatch(set.task(), runTimeMax, nanoTime, listener);
        try (Workbench bench = new Workbench(program, set, recipe.classWeights())) {
            bench.standardize();
            RecipeSearch search = new RecipeSearch(bench, watch, listener);
            tail.ifPresent(trained -> search.offer(recipe, trained));
            RecipeSearch.Found found = search.run(recipe);
            Attempt attempt = found.attempt();
            Optional<Double> temperature = Calibration.temperature(bench.evaluator(), attempt.head());
            Head head = temperature.map(divisor -> Calibration.cooled(attempt.head(), divisor)).orElse(attempt.head());
            Measured measured = bench.evaluator().measure(head);
            return new TrainedHead(head, found.recipe(), attempt.epochs(), attempt.bestEpoch(), bench.features(), temperature
                    .map(divisor -> new Measured(measured.evaluation().withTemperature(divisor), measured.right()))
                    .orElse(measured));
        }
    }
}
