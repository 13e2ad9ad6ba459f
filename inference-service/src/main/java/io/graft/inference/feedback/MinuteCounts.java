package io.graft.inference.feedback;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

import io.graft.id.TaskId;

/**
 * How often something has happened for each task in the minute in hand. With the minute its tasks are forgotten, whether they
 * are still there or not. What comes late from the minute before counts in this one. Thread-safe.
 */
final class MinuteCounts {

    private final Map<TaskId, Integer> counts = new HashMap<>();
    private Instant minute = Instant.EPOCH;

    /** Counts once more, and returns the count. */
    synchronized int next(TaskId task, Instant now) {
        Instant begin = now.truncatedTo(ChronoUnit.MINUTES);
        if (begin.isAfter(minute) || begin.isBefore(minute.minus(1, ChronoUnit.MINUTES))) {
            counts.clear();
            minute = begin;
        }
        return counts.merge(task, 1, Integer::sum);
    }

    /** Tasks that are remembered. */
    synchronized int taskCount() {
        return counts.size();
    }
}
