package io.graft.trainer.embedding;

import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/**
 * How many numbers each vector of a task has: a record of {@code task-dimensions}, written by whoever embeds its first vector.
 */
public record TaskDimension(TaskId task, int dimension) {

    private static final String INVALID = "TASK_DIMENSION_INVALID";

    public TaskDimension {
        if (dimension < 1 || dimension > SampleContent.Vector.LENGTH_MAX) {
            throw Problem.invalid(INVALID, "dimension of task '" + task + "' is " + dimension + " (expected: 1 to "
                    + SampleContent.Vector.LENGTH_MAX + ")");
        }
    }

    static TaskDimension parse(byte[] json) {
        return Json.readLenient(json, TaskDimension.class, INVALID, "task dimension");
    }
}
