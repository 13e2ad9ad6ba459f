package io.graft.trainer.table;

/**
 * What has changed in a task's features at or after some offset of {@code sample-features}.
 *
 * @param changedSampleCount samples that are new or were sent again, and are still there
 * @param deletedSampleCount samples that were deleted
 * @param until the offset behind the task's last change; 0 when there was none
 */
public record FeatureChanges(int changedSampleCount, int deletedSampleCount, long until) {
}
