package io.graft.trainer.training;

/**
 * Whether a new version may serve.
 *
 * @param reason a sentence with the numbers that decided
 */
public record Verdict(boolean promoted, String reason) {
}
