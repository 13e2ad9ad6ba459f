package io.graft.inference.stream;

import java.time.Duration;

/**
 * How often a request is tried.
 *
 * @param waitLimit how long those of a batch may wait for room, for memory or for their versions
 * @param memoryWaitCountMax how often those of a partition may wait for memory in vain
 * @param brokenTryCountMax how often it may break when it is tried alone
 * @param brokenRowMax so many requests that are put aside as broken, one after the other, end the loop
 */
record TryLimits(Duration waitLimit, int memoryWaitCountMax, int brokenTryCountMax, int brokenRowMax) {
}
