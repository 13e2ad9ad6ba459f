package io.graft.inference.serving;

import java.time.Duration;

import io.graft.model.Promotion;

/**
 * A version began to serve.
 *
 * @param duration from the record that made it possible to the new version answering
 * @param live whether it belongs to what came after the history
 */
record Swap(Model model, Promotion promotion, Duration duration, boolean live) {
}
