package io.graft.trainer.rest;

import java.time.Clock;
import java.util.List;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
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
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestStreamElementType;

import io.graft.access.Role;
import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.id.TrainingRunId;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.problem.Problem;
import io.graft.trainer.history.TrainingRun;
import io.graft.trainer.memory.TrainerMemory;
import io.smallrye.mutiny.Multi;

/** The training runs of a task: what became of them, what is happening now, and how to end one. */
@Path("/v1/tasks/{task}/training-runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "training runs")
@APIResponse(responseCode = "400", description = "A name is not valid", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
public class TrainingRunResource {

    private static final String RUN_EXAMPLE = "6f1c0a52-5f0e-4c38-9a55-1d0f5f7e3a10";
    private static final String QUEUED_RUN_EXAMPLE = "9d2e7c1a-3b54-4f0e-8a6b-2c7d90e1f445";
    private static final int ACCEPTED = 202;

    private final TrainerMemory memory;
    private final RunStreams streams;
    private final EventDoor door;
    private final Clock clock;

    @Inject
    TrainingRunResource(TrainerMemory memory, RunStreams streams, EventDoor door, Clock clock) {
        this.memory = memory;
        this.streams = streams;
        this.door = door;
        this.clock = clock;
    }

    @GET
    @RolesAllowed(Role.READ)
    @Operation(summary = "The last training runs of a task, the newest first")
    @APIResponse(responseCode = "200", description = "The runs; none for an unknown task")
    public List<TrainingRun> runs(@Parameter(example = "iris") @PathParam("task") String task) {
        return memory.runs().runs(new TaskId(task));
    }

    @GET
    @RolesAllowed(Role.READ)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(summary = "Every step of every run of a task, from now on, as server-sent events")
    @APIResponse(responseCode = "503", description = "TRAINING_STREAMS_TOO_MANY", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public Multi<TrainingProgress> stream(@Parameter(example = "iris") @PathParam("task") String task) {
        return streams.ofTask(new TaskId(task));
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("{trainingRunId}")
    @Operation(summary = "One training run: state, epochs, version or error")
    @APIResponse(responseCode = "200", description = "The run")
    @APIResponse(responseCode = "404", description = "TRAINING_RUN_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public TrainingRun run(@Parameter(example = "iris") @PathParam("task") String task,
            @Parameter(example = RUN_EXAMPLE) @PathParam("trainingRunId") String run) {
        return known(new TaskId(task), new TrainingRunId(run));
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("{trainingRunId}")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(summary = "One training run as server-sent events: where it stands, then every step, until it has ended")
    @APIResponse(responseCode = "404", description = "TRAINING_RUN_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @APIResponse(responseCode = "503", description = "TRAINING_STREAMS_TOO_MANY", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public Multi<TrainingProgress> stream(@Parameter(example = "iris") @PathParam("task") String task,
            @Parameter(example = RUN_EXAMPLE) @PathParam("trainingRunId") String run) {
        return streams.ofRun(known(new TaskId(task), new TrainingRunId(run)));
    }

    @DELETE
    @RolesAllowed(Role.TRAIN)
    @Path("{trainingRunId}")
    @ResponseStatus(ACCEPTED)
    @Operation(summary = "Ask for the end of a run, whichever replica has it: it ends at its next step, or when its turn comes")
    @APIResponse(responseCode = "202", description = "The broker has the event", content = @Content(schema = @Schema(implementation = Accepted.class)))
    @APIResponse(responseCode = "404", description = "TRAINING_RUN_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @APIResponse(responseCode = "409", description = "TRAINING_RUN_ENDED", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public Accepted cancel(@Parameter(example = "iris") @PathParam("task") String task,
            @Parameter(example = QUEUED_RUN_EXAMPLE) @PathParam("trainingRunId") String run) {
        TrainingRun known = known(new TaskId(task), new TrainingRunId(run));
        if (known.state().isFinal()) {
            throw Problem.invalid("TRAINING_RUN_ENDED", "training run '" + run + "' has ended: it is " + known.state().word());
        }
        TrainingProgress cancelling = TrainingProgress.of(known.task(), known.trainingRunId(), known.trainRequestId(),
                TrainingState.CANCELLING, clock.instant());
        return door.trainingProgress(known.task().value(), Json.write(cancelling));
    }

    private TrainingRun known(TaskId task, TrainingRunId run) {
        return memory.runs().find(task, run).orElseThrow(
                () -> Problem.missing("TRAINING_RUN_UNKNOWN", "task '" + task + "' has no training run '" + run + "'"));
    }
}
