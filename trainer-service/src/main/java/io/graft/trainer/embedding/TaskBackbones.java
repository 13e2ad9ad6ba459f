package io.graft.trainer.embedding;

import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.id.TaskId;

/** Which backbone a task's new samples are for. It may learn of a change a moment late: a run embeds what it lacks. */
@FunctionalInterface
public interface TaskBackbones {

    /** Absent: the task has no version yet, and takes the default for each kind of content. */
    Optional<BackboneId> of(TaskId task);
}
