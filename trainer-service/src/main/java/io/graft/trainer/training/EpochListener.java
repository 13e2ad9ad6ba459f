package io.graft.trainer.training;

import io.graft.model.EpochResult;

/** Hears of each epoch of a run. */
@FunctionalInterface
public interface EpochListener {

    /** Called on the run's thread after each epoch. What it throws ends the run, which is how a run is cancelled. */
    void epochEnded(EpochResult result);
}
