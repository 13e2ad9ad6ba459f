package io.graft.inference.serving;

import io.graft.id.TaskId;

/** Hears what a table does, on the thread that does it. */
interface ServingListener {

    void swapped(Swap swap);

    /** A version that fails verification, or a promotion that cannot be followed. */
    void refused(TaskId task);

    /** The version that served was deleted, and nothing serves. */
    void emptied(TaskId task);
}
