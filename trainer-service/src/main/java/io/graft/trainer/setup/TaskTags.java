package io.graft.trainer.setup;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import io.graft.id.TaskId;

/** The values of the metric tag {@code task}: bounded, so that nobody can fill a Prometheus by inventing tasks. */
@Singleton
public class TaskTags {

    /** For a record that names no task. */
    public static final String NONE = "";
    /** For every task after the first {@value #TASK_COUNT_MAX}. */
    public static final String OTHER = "_other";

    private static final int TASK_COUNT_MAX = 2000;

    private final Set<TaskId> known = ConcurrentHashMap.newKeySet();

    /** The task's name, or {@value #OTHER}. */
    public String of(TaskId task) {
        if (known.contains(task) || (known.size() < TASK_COUNT_MAX && known.add(task))) {
            return task.value();
        }
        return known.contains(task) ? task.value() : OTHER;
    }
}
