package io.graft.model;

import java.util.Optional;

/**
 * What one epoch of a training run came to.
 *
 * @param epoch 1, 2, 3 …
 * @param learningRate that the epoch was trained with
 * @param trainLoss mean cross-entropy of the training samples, each measured before the step it took part in
 * @param trainAccuracy share of the training samples answered right, measured likewise, 0 to 1
 * @param validationLoss mean cross-entropy of the validation samples after the epoch; absent without such samples
 * @param validationAccuracy share of the validation samples answered right after the epoch, 0 to 1; absent likewise
 */
public record EpochResult(int epoch, double learningRate, double trainLoss, double trainAccuracy,
        Optional<Double> validationLoss, Optional<Double> validationAccuracy) {
}
