package io.graft.local;

import java.time.Duration;

/**
 * What the main job came to for one task.
 *
 * @param version of the model that answered
 * @param confusion of the held-out images
 * @param embedding from the first sample sent to the begin of the training: all samples are features
 * @param training from its begin to its end
 * @param swap from the end of the training to the new version serving
 * @param classification of all held-out images, one after the other
 * @param answerMs median of the time for one answer over REST, milliseconds
 */
record TaskResult(DemoSet set, int version, Confusion confusion, Duration embedding, Duration training, Duration swap,
        Duration classification, double answerMs) {

    double accuracy() {
        return confusion.accuracy();
    }
}
