package io.graft.trainer.training;

import java.util.List;

import io.graft.head.Head;
import io.graft.model.EpochResult;
import io.graft.model.Evaluation;
import io.graft.model.FeatureStatistics;
import io.graft.model.TrainedRecipe;

/**
 * What a training run leaves.
 *
 * @param head of the chosen candidate, and of its best epoch; takes features as the backbone makes them
 * @param recipe what was tried, and which was chosen
 * @param epochs of the chosen candidate in their order, the first is number 1; none where it has no epochs
 * @param bestEpoch the first with the best validation accuracy; without validation samples the last; without epochs 0
 * @param features where the training features lie
 * @param measured the head on the validation samples, as it serves
 */
public record TrainedHead(Head head, TrainedRecipe recipe, List<EpochResult> epochs, int bestEpoch,
        FeatureStatistics features, Measured measured) {

    public TrainedHead {
        epochs = List.copyOf(epochs);
    }

    public Evaluation evaluation() {
        return measured.evaluation();
    }
}
