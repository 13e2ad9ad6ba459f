package io.graft.trainer.table;

import io.graft.id.SampleId;

/**
 * That a sample was deleted.
 *
 * @param deletedAtMs timestamp of the deletion, ms since 1970
 * @param offset of its record in {@code sample-features}
 */
public record Deletion(SampleId sampleId, long deletedAtMs, long offset) {
}
