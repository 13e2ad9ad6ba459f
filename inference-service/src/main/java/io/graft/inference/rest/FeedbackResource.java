package io.graft.inference.rest;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
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
import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.annotation.JsonCreator;

import io.graft.access.Role;
import io.graft.event.Json;
import io.graft.id.TaskId;
import io.graft.inference.feedback.Feedback;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;

/** What a prediction should have been. */
@Path("/v1/tasks/{task}/predictions/{predictionId}/feedback")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "feedback")
public final class FeedbackResource {

    private static final int ACCEPTED = 202;

    private final Feedback feedback;

    FeedbackResource(Feedback feedback) {
        this.feedback = feedback;
    }

    /** The body. */
    private record RightLabel(Label label) {

        @JsonCreator
        static RightLabel of(@Nullable String label) {
            if (label == null) {
                throw Problem.invalid("FEEDBACK_INVALID", "feedback has no label (expected: the label that is right)");
            }
            return new RightLabel(new Label(label));
        }
    }

    /** Digests the content on a thread that may wait, and keeps none until the broker has it. */
    @POST
    @Blocking
    @RolesAllowed(Role.FEEDBACK)
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(ACCEPTED)
    @Operation(summary = "Say what is right", operationId = "giveFeedback", description = "Whether the answer was right or wrong: the content goes to labelled-samples with this label, under an id made of the content, and counts in the version's live accuracy.")
    @RequestBody(required = true, content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(type = SchemaType.OBJECT), examples = @ExampleObject(name = "label", value = "{\"label\": \"bees\"}")))
    @APIResponse(responseCode = "202", description = "The event that was written: the sample, or for another replica's prediction the feedback on its way to it", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Feedback.Accepted.class)))
    @APIResponse(responseCode = "400", description = "The label or the prediction's id is not valid", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @APIResponse(responseCode = "404", description = "The prediction is not remembered any more", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @APIResponse(responseCode = "413", description = "The topic labelled-samples does not take a content of this size", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @APIResponse(responseCode = "503", description = "The broker does not take the event; Retry-After says when", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    public Uni<Feedback.Accepted> give(@Parameter(example = "ants-bees") @PathParam("task") String task,
            @Parameter(example = "6f1c0a52-5f0e-4c38-9a55-1d0f5f7e3a10") @PathParam("predictionId") String predictionId,
            byte[] body) {
        RightLabel right = Json.readStrict(body, RightLabel.class, "FEEDBACK_INVALID", "feedback");
        return Uni.createFrom().completionStage(feedback.give(new TaskId(task), predictionId, right.label));
    }
}
