package io.graft.inference.rest;

import jakarta.annotation.security.RolesAllowed;
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
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.serving.ServingTable;
import io.graft.inference.serving.TaskServing;
import io.graft.problem.Problem;
import io.smallrye.common.annotation.NonBlocking;

/** What serves. Answers from memory. */
@Path("/v1/tasks")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "tasks", description = "What serves, with evaluation and lineage")
public final class TaskResource {

    private final ServingTable table;

    TaskResource(ServingTable table) {
        this.table = table;
    }

    @GET
    @RolesAllowed(Role.READ)
    @Operation(summary = "List the tasks", operationId = "listTasks")
    @APIResponse(responseCode = "200", description = "Every task that this replica knows, in the order of the names")
    public TaskView.Listing tasks() {
        return new TaskView.Listing(table.tasks().stream().map(TaskView.Line::of).toList());
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("{task}")
    @Operation(summary = "Show a task and the version that answers", operationId = "showTask")
    @APIResponse(responseCode = "200", description = "The task")
    @APIResponse(responseCode = "404", description = "TASK_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public TaskView task(@Parameter(example = "ants-bees") @PathParam("task") String task) {
        return TaskView.of(serving(task));
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("{task}/versions")
    @Operation(summary = "List the versions of a task", operationId = "listVersions")
    @APIResponse(responseCode = "200", description = "Every version that this replica knows, the oldest first")
    @APIResponse(responseCode = "404", description = "TASK_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public VersionView.Listing versions(@Parameter(example = "ants-bees") @PathParam("task") String task) {
        return VersionView.Listing.of(serving(task));
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("{task}/versions/{version}")
    @Operation(summary = "Show a version with its evaluation, or why it was refused", operationId = "showVersion")
    @APIResponse(responseCode = "200", description = "The version")
    @APIResponse(responseCode = "404", description = "TASK_UNKNOWN or VERSION_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public VersionView version(@Parameter(example = "ants-bees") @PathParam("task") String task,
            @Parameter(example = "3") @PathParam("version") String version) {
        return VersionView.of(serving(task), ModelVersion.parse(version));
    }

    private TaskServing serving(String task) {
        TaskId id = new TaskId(task);
        return table.task(id).orElseThrow(() -> Problem.missing("TASK_UNKNOWN",
                "task '" + id + "' is not known here (expected: a task with a model)"));
    }
}
