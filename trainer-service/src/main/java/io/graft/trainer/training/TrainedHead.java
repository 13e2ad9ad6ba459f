package io.graft.trainer.training;

import java.util.List;

import io.graft.head.Head;
import io.graft.model.EpochResult;
import io.graft.model.Evaluation;

/**
 * What a training run leaves.
 *
 * @param head of the best epoch; takes features as the backbone makes them
 * @param epochs in their order, the first is number 1
 * @param bestEpoch the first with the best validation accuracy; without validation samples the last
 * @param evaluation of the head on the validation samples
 */
public record TrainedHead(Head head, List<EpochResult> epochs, int bestEpoch, Evaluation evaluation) {

    public TrainedHead {
        epochs = List.copyOf(epochs);
    }
}
