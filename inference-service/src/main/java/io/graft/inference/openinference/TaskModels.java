package io.graft.inference.openinference;

import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.ServingTable;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

/** The tasks as the protocol's models. */
@Singleton
public final class TaskModels {

    private final ServingTable table;

    TaskModels(ServingTable table) {
        this.table = table;
    }

    /**
     * A task's tensors.
     *
     * @param version absent: the one that serves
     * @throws Problem MISSING without such a task or version
     */
    public ModelMetadata metadata(TaskId task, Optional<ModelVersion> version) {
        Model model = table.model(task, version);
        List<String> versions = table.task(task).stream().flatMap(serving -> serving.known().loaded())
                .map(state -> state.version().toString()).toList();
        return ModelMetadata.of(model, versions);
    }

    /** Whether a version answers. */
    public boolean isReady(TaskId task, Optional<ModelVersion> version) {
        try {
            table.model(task, version);
            return true;
        } catch (Problem e) {
            if (e.type() != ProblemType.MISSING && e.type() != ProblemType.BUSY) {
                throw e;
            }
            return false;
        }
    }
}
