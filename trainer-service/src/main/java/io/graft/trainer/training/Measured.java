package io.graft.trainer.training;

import java.util.BitSet;

import io.graft.model.Evaluation;

/**
 * A head on a set's validation samples.
 *
 * @param right the samples that it answers right, by their place in the set
 */
public record Measured(Evaluation evaluation, BitSet right) {

    public Measured {
        right = (BitSet) right.clone();
    }
}
