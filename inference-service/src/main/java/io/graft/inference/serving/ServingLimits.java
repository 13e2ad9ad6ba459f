package io.graft.inference.serving;

import java.time.Duration;

/**
 * What a table holds at most.
 *
 * @param taskCountMax tasks with a version; further ones are refused
 * @param promotedTaskCountMax tasks with a promotion and no version, beside those; further ones are refused
 * @param versionCountMax of a task; the oldest are forgotten
 * @param loadedCountMax heads of a task in memory, beside the one that serves; older ones are read again when promoted
 * @param loadedTailCountMax likewise versions of a task with blocks of their own
 * @param promotionWaitMax how long a promotion may wait for its version until it counts as refused
 * @param backboneWaitMax how long it may wait for the backbone of its version
 */
public record ServingLimits(int taskCountMax, int promotedTaskCountMax, int versionCountMax, int loadedCountMax,
        int loadedTailCountMax, Duration promotionWaitMax, Duration backboneWaitMax) {
}
