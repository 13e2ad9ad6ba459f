package io.graft.inference.feedback;

import io.graft.sample.Label;

/**
 * A prediction with what it should have been.
 *
 * @param label that is right
 */
record LabelledPrediction(RecentPrediction prediction, Label label) {
}
