package io.graft.trainer.rest;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

import io.graft.access.Role;
import io.graft.id.TaskId;
import io.graft.model.TrainingPolicy;
import io.graft.problem.Problem;
import io.graft.trainer.memory.TrainerMemory;

/** When a task is trained without anybody asking. */
@Path("/v1/tasks/{task}/training-policy")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "training policies")
@APIResponse(responseCode = "400", description = "A name or the body is not valid", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
@APIResponse(responseCode = "503", description = "The broker did not take the event in time; Retry-After says when to try again", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
public class TrainingPolicyResource {

    private static final int ACCEPTED = 202;

    private final EventDoor door;
    private final TrainerMemory memory;

    @Inject
    TrainingPolicyResource(EventDoor door, TrainerMemory memory) {
        this.door = door;
        this.memory = memory;
    }

    @GET
    @RolesAllowed(Role.READ)
    @Operation(summary = "The policy that a task is trained by: the one that was sent, or else the configured one")
    @APIResponse(responseCode = "200", description = "The policy", content = @Content(schema = @Schema(implementation = TrainingPolicy.class)))
    @APIResponse(responseCode = "404", description = "TRAINING_POLICY_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public TrainingPolicy policy(@Parameter(example = "iris") @PathParam("task") String name) {
        TaskId task = new TaskId(name);
        return memory.policies().find(task).orElseThrow(
                () -> Problem.missing("TRAINING_POLICY_UNKNOWN", "task '" + task + "' has no training policy"));
    }

    @PUT
    @RolesAllowed(Role.TRAIN)
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(ACCEPTED)
    @Operation(summary = "Let a task be trained without anybody asking; takes the place of the policy before")
    @APIResponse(responseCode = "202", description = "The broker has the event", content = @Content(schema = @Schema(implementation = Accepted.class)))
    @RequestBody(required = true, content = @Content(mediaType = "application/json", schema = @Schema(type = SchemaType.OBJECT), examples = {
            @ExampleObject(name = "hourly", value = "{\"afterSampleCount\": 1000, \"atMostEvery\": \"PT1H\", \"retrainAfterDelete\": true}"),
            @ExampleObject(name = "debounced", value = "{\"afterSampleCount\": 1000, \"quietPeriod\": \"PT1H\", \"request\": {\"recipe\": {\"epochs\": 10}, \"promotion\": {\"policy\": \"always\"}}}") }))
    public Accepted put(@Parameter(example = "iris") @PathParam("task") String name, byte[] body) {
        TaskId task = new TaskId(name);
        TrainingPolicy.parse(body);
        return door.trainingPolicy(task.value(), body);
    }

    @DELETE
    @RolesAllowed(Role.TRAIN)
    @ResponseStatus(ACCEPTED)
    @Operation(summary = "Take the policy away; a configured one counts again")
    @APIResponse(responseCode = "202", description = "The broker has the event", content = @Content(schema = @Schema(implementation = Accepted.class)))
    public Accepted delete(@Parameter(example = "iris") @PathParam("task") String name) {
        return door.trainingPolicy(new TaskId(name).value(), null);
    }
}
