package io.graft.trainer.rest;

import java.util.Optional;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;

import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

import io.graft.access.Role;
import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.noise.LabelNoise;
import io.graft.trainer.noise.LabelNoiseReports;
import io.graft.trainer.table.SampleState;
import io.graft.trainer.verification.Verification;
import io.graft.trainer.verification.Verifications;
import io.smallrye.common.annotation.Blocking;

/** Which samples made which versions, whether a version can be made again, and which labels are likely wrong. */
@Path("/v1/tasks/{task}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "lineage")
@APIResponse(responseCode = "200", description = "The answer")
@APIResponse(responseCode = "400", description = "A name or a parameter is not valid, or the task's samples do not make a head", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
public class LineageResource {

    private final TrainerMemory memory;
    private final Verifications verifications;
    private final LabelNoiseReports reports;

    @Inject
    LineageResource(TrainerMemory memory, Verifications verifications, LabelNoiseReports reports) {
        this.memory = memory;
        this.verifications = verifications;
        this.reports = reports;
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("samples/{sampleId}")
    @Operation(summary = "What is known of a sample, and which versions had seen it; also of a deleted one")
    public SampleView sample(@Parameter(example = "iris") @PathParam("task") String task,
            @Parameter(example = "flower-4") @PathParam("sampleId") String sampleId) {
        SampleKey key = new SampleKey(new TaskId(task), new SampleId(sampleId));
        Optional<SampleState> state = memory.features().state(key);
        Optional<Boolean> present = memory.features().tasks().contains(key.task()) ? Optional.of(state.isPresent())
                : Optional.empty();
        return new SampleView(key.task(), key.sampleId(), present, state.map(SampleState::label),
                state.flatMap(SampleState::split).map(Split::word),
                memory.models().versionsWith(key));
    }

    @POST
    @RolesAllowed(Role.TRAIN)
    @Path("versions/{version}/verify")
    @Blocking
    @Operation(summary = "Make a version again from the log and compare: identical, or different and why")
    @APIResponse(responseCode = "404", description = "VERSION_UNKNOWN", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @APIResponse(responseCode = "503", description = "VERIFY_BUSY, or the broker did not answer in time", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public Verification verify(@Parameter(example = "iris") @PathParam("task") String task,
            @Parameter(example = "1") @PathParam("version") String version) {
        return verifications.verify(new TaskId(task), ModelVersion.parse(version));
    }

    @POST
    @RolesAllowed(Role.TRAIN)
    @Path("label-noise")
    @Blocking
    @Operation(summary = "The samples whose labels fit their features least, and which labels are likely wrong")
    @APIResponse(responseCode = "503", description = "LABEL_NOISE_BUSY, or the broker did not answer in time", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public LabelNoise labelNoise(@Parameter(example = "iris") @PathParam("task") String task,
            @Parameter(description = "Samples to name, 1 to 10000; absent: 100", example = "10") @QueryParam("top") @Nullable String top) {
        return reports.report(new TaskId(task), top == null ? LabelNoise.TOP_DEFAULT : number(top));
    }

    private static int number(String top) {
        try {
            return Integer.parseInt(top);
        } catch (NumberFormatException e) {
            throw Problem.invalid("TOP_INVALID", "top is '" + top + "' (expected: 1 to " + LabelNoise.TOP_MAX + ")", e);
        }
    }
}
