package io.graft.trainer.training;

import io.graft.model.EpochResult;
import io.graft.model.RecipeCandidate;

/**
 * Hears of a run as it goes on, on the run's thread. What a method throws ends the run, which is how a run is cancelled.
 * <p>
 * Where several candidates are tried, epochs are heard of the textbook's alone, which is the first.
 */
@FunctionalInterface
public interface EpochListener {

    /** Called after each epoch. */
    void epochEnded(EpochResult result);

    /**
     * Called before each candidate.
     *
     * @param number 1 up to count
     */
    default void candidateBegan(RecipeCandidate candidate, int number, int count) {
    }

    /** Called between any two pieces of work of a candidate, epochs or iterations, so that a run can be cancelled there. */
    default void stepEnded() {
    }
}
