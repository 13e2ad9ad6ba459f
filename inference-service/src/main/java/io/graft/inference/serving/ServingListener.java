package io.graft.inference.serving;

import io.graft.id.TaskId;

/** Hears what a table does, on the thread that does it. */
interface ServingListener {

    void swapped(Swap swap);

    /** A version that fails verification, or a promotion that cannot be followed. */
    void refused(TaskId task);

    /** Who does what for a task from now on. */
    void cast(TaskId task, Roles roles);
}
