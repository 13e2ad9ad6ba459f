package io.graft.model;

/**
 * Below which probability a version's answer counts as unknown.
 *
 * @param threshold the lowest at which the answers above it are as often right as was asked for, 0 to 1
 * @param accuracy share of right answers at or above the threshold, on the validation samples
 * @param coverage share of the validation samples at or above the threshold
 */
public record UnknownThreshold(double threshold, double accuracy, double coverage) {
}
