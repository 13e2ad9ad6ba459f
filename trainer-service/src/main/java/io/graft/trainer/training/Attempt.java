package io.graft.trainer.training;

import java.util.List;

import io.graft.head.Head;
import io.graft.model.EpochResult;
import io.graft.model.RecipeCandidate;

/**
 * What a candidate came to.
 *
 * @param candidate with its numbers on the validation samples
 * @param epochs none where it has no epochs
 * @param bestEpoch whose head it is; 0 where there are no epochs
 */
record Attempt(RecipeCandidate candidate, Head head, List<EpochResult> epochs, int bestEpoch) {

    Attempt {
        epochs = List.copyOf(epochs);
    }
}
