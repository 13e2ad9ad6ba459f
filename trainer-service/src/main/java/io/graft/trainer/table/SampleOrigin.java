package io.graft.trainer.table;

/**
 * What a sample was made of: enough to find it again in {@code labelled-samples}.
 *
 * @param timestampMs of its record, ms since 1970
 * @param sha256 of its kind and content, 64 hex digits
 */
public record SampleOrigin(long timestampMs, String sha256) {
}
