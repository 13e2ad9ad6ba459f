package io.graft.inference.serving;

import io.graft.id.TaskId;
import io.graft.model.ModelKey;

/** Hears what a table does, on the thread that does it. */
interface ServingListener {

    void swapped(Swap swap);

    /** A version that fails verification, or a promotion that cannot be followed. */
    void refused(TaskId task);

    /** Who does what for a task from now on. */
    void cast(TaskId task, Roles roles);

    /** A record was passed over. */
    default void rejected(Rejection reason) {
    }

    /** A task has a version. */
    default void entered(TaskId task) {
    }

    /** The last version of a task has gone. */
    default void left(TaskId task) {
    }

    /** A version came into memory, and can be asked from now on. */
    default void loaded(ModelKey model) {
    }

    /**
     * A version is about to answer for its task, or passed the gate, so that its promotion is on the way; one that was
     * archived comes into memory behind this.
     */
    default void servesNext(ModelKey model) {
    }

    /** A version was archived, deleted, refused or forgotten: who holds it finishes, and nobody asks it any more. */
    default void unloaded(ModelKey model) {
    }
}
