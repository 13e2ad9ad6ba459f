package io.graft.inference.serving;

/** Why a record of {@code model-ready} or {@code promotions} was passed over. */
enum Rejection {
    /** It cannot be read, or its key or a field is not valid. */
    UNREADABLE,
    /** It is a version of a further task, and the table is full of tasks with versions. */
    TASK_COUNT,
    /** It is a promotion of a further task without a version, and the table is full of those. */
    PROMOTED_TASK_COUNT
}
