package io.graft.inference.stream;

import java.time.Duration;

/**
 * How often a request is tried.
 *
 * @param waitLimit how long those of a batch may wait for room or for their versions
 * @param memoryTryCountMax how often it may find no memory when it is tried alone
 * @param brokenTryCountMax how often it may break when it is tried alone
 * @param brokenRowMax so many requests that are put aside as broken, one after the other, end the loop
 */
record TryLimits(Duration waitLimit, int memoryTryCountMax, int brokenTryCountMax, int brokenRowMax) {
}
