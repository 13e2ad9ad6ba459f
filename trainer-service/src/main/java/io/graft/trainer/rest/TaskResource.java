package io.graft.trainer.rest;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import io.graft.access.Role;
import io.graft.id.TaskId;
import io.graft.model.TrainRequest;
import io.graft.problem.Problem;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.table.FeatureTable;

/** What stands where: samples and versions of the tasks. */
@Path("/v1/tasks")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "tasks")
public class TaskResource {

    private final TrainerMemory memory;

    @Inject
    TaskResource(TrainerMemory memory) {
        this.memory = memory;
    }

    @GET
    @RolesAllowed(Role.READ)
    @Operation(summary = "All tasks: samples by label and split, versions, what serves")
    @APIResponse(responseCode = "200", description = "Every task, in the order of the names")
    public List<TaskView> tasks() {
        TreeSet<TaskId> tasks = new TreeSet<>(memory.features().tasks());
        tasks.addAll(memory.models().tasks());
        return tasks.stream().map(this::view).toList();
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("{task}")
    @Operation(summary = "One task: samples by label and split, versions, what serves")
    @APIResponse(responseCode = "200", description = "The task")
    @APIResponse(responseCode = "400", description = "The name is not valid", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @APIResponse(responseCode = "404", description = "TASK_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public TaskView task(@Parameter(example = "iris") @PathParam("task") String name) {
        TaskId task = new TaskId(name);
        TaskView view = view(task);
        if (view.featureCount() == 0 && view.versions().isEmpty()) {
            throw Problem.missing("TASK_UNKNOWN", "task '" + task + "' has neither samples nor versions");
        }
        return view;
    }

    private TaskView view(TaskId task) {
        Optional<FeatureTable.Contents> contents = memory.features().contents(task, TrainRequest.VALIDATION_FRACTION_DEFAULT);
        return TaskView.of(task, contents, memory.models());
    }
}
