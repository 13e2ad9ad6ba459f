package io.graft.trainer.rest;

import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
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
import io.graft.event.Envelope;
import io.graft.event.Json;
import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.Promotion;
import io.graft.model.Promotion.Canary;
import io.graft.model.Promotion.Shadow;
import io.graft.model.TrainRequest;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleContentCodec;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;
import io.graft.trainer.embedding.EmbeddingConfig;
import io.graft.trainer.memory.TrainerMemory;

/** The pipeline's events for people with curl: each call checks what was sent and writes one event. */
@Path("/v1/tasks/{task}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "events", description = "The same events that anybody can produce")
@APIResponse(responseCode = "202", description = "The broker has the event", content = @Content(schema = @Schema(implementation = Accepted.class)))
@APIResponse(responseCode = "400", description = "A name, a parameter or the body is not valid", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
@APIResponse(responseCode = "503", description = "The broker did not take the event in time; Retry-After says when to try again", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
public class EventResource {

    private static final int ACCEPTED = 202;

    private final EventDoor door;
    private final TrainerMemory memory;
    private final Clock clock;
    private final SampleContentCodec contents;

    @Inject
    EventResource(EventDoor door, TrainerMemory memory, Clock clock, EmbeddingConfig config) {
        this.door = door;
        this.memory = memory;
        this.clock = clock;
        this.contents = new SampleContentCodec(config.sampleBytesMax());
    }

    /**
     * The body of a promotion.
     *
     * @param version absent: the one that was promoted last goes on, with this canary or shadow
     */
    private record PromotionRequest(Optional<ModelVersion> version, Promotion.Reason reason, Optional<Canary> canary,
            Optional<Shadow> shadow) {
        @JsonCreator
        static PromotionRequest of(Optional<ModelVersion> version, Promotion.@Nullable Reason reason,
                Optional<Canary> canary, Optional<Shadow> shadow) {
            return new PromotionRequest(version, reason == null ? Promotion.Reason.MANUAL : reason, canary, shadow);
        }

        Promotion toPromotion(TaskId task, Optional<Promotion> last, Instant at) {
            Optional<ModelVersion> previous = last.map(Promotion::version);
            ModelVersion serving = version.or(() -> canary.isPresent() || shadow.isPresent() ? previous : Optional.empty())
                    .orElseThrow(() -> Problem.invalid("PROMOTION_INVALID",
                            "promotion has no version (expected: the version that is to serve)"));
            return new Promotion(task, serving, previous, reason, canary, shadow, Optional.empty(), at);
        }
    }

    @POST
    @RolesAllowed(Role.TRAIN)
    @Path("samples/{sampleId}")
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(ACCEPTED)
    @Operation(summary = "Send a labelled sample: the body is the image, or JSON with exactly one of image (base64) and vector")
    @APIResponse(responseCode = "413", description = "The sample is too large", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @APIResponse(responseCode = "415", description = "The sample is of a type that is not read", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @RequestBody(required = true, content = {
            @Content(mediaType = "image/jpeg", schema = @Schema(type = SchemaType.STRING, format = "binary")),
            @Content(mediaType = "image/png", schema = @Schema(type = SchemaType.STRING, format = "binary")),
            @Content(mediaType = "application/json", schema = @Schema(type = SchemaType.OBJECT), examples = @ExampleObject(name = "vector", summary = "an embedding made elsewhere", value = "{\"vector\": [6.4, 3.2, 4.5, 1.5]}")) })
    public Accepted sample(@Parameter(example = "iris") @PathParam("task") String task,
            @Parameter(example = "flower-4") @PathParam("sampleId") String sampleId,
            @Parameter(description = "Required, unless the JSON has it", example = "versicolor") @QueryParam("label") @Nullable String label,
            @Parameter(description = "train or validation; absent: a hash of the key decides", example = "train") @QueryParam("split") @Nullable String split,
            @Parameter(hidden = true) @HeaderParam("Content-Type") @Nullable String contentType, byte[] body) {
        SampleKey key = new SampleKey(new TaskId(task), new SampleId(sampleId));
        Map<String, String> headers = new LinkedHashMap<>();
        Optional.ofNullable(label).ifPresent(text -> headers.put("label", new Label(text).value()));
        Optional.ofNullable(split).ifPresent(word -> headers.put("split", Split.parse(word).word()));
        Optional.ofNullable(contentType).ifPresent(type -> headers.put("content-type", type));
        SampleContentCodec.Parsed parsed = contents.parse(Optional.ofNullable(contentType).map(Envelope::mediaType), body);
        if (label == null && parsed.label().isEmpty()) {
            throw Problem.invalid("SAMPLE_LABEL_MISSING",
                    "sample '" + key + "' has no label (expected: query parameter label)");
        }
        return door.sample(key.toString(), headers, body);
    }

    @DELETE
    @RolesAllowed(Role.TRAIN)
    @Path("samples/{sampleId}")
    @ResponseStatus(ACCEPTED)
    @Operation(summary = "Delete a sample")
    public Accepted delete(@Parameter(example = "iris") @PathParam("task") String task,
            @Parameter(example = "flower-4") @PathParam("sampleId") String sampleId) {
        return door.sample(new SampleKey(new TaskId(task), new SampleId(sampleId)).toString(), Map.of(), null);
    }

    @POST
    @RolesAllowed(Role.TRAIN)
    @Path("train-requests")
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(ACCEPTED)
    @Operation(summary = "Ask for a training run; an empty body or {} takes every default")
    @RequestBody(required = false, content = @Content(mediaType = "application/json", schema = @Schema(implementation = TrainRequest.class), examples = {
            @ExampleObject(name = "defaults", value = "{}"),
            @ExampleObject(name = "recipe", value = "{\"trainRequestId\": \"by-hand-1\", \"recipe\": {\"epochs\": 10, \"learningRate\": 0.01}, \"promotion\": {\"policy\": \"always\"}}") }))
    public Accepted train(@Parameter(example = "iris") @PathParam("task") String name, byte @Nullable [] body) {
        TaskId task = new TaskId(name);
        byte[] json = body == null || body.length == 0 ? new byte[] { '{', '}' } : body;
        TrainRequest.parse(json);
        return door.trainRequest(task.value(), json);
    }

    @POST
    @RolesAllowed(Role.PROMOTE)
    @Path("promotions")
    @Consumes(MediaType.WILDCARD)
    @ResponseStatus(ACCEPTED)
    @Operation(summary = "Let a version serve; an older one is a rollback", description = "canary gets a share of the requests that name no version, sticky by the header Routing-Key; shadow is measured on the same features and never answers. Both end with the next promotion. Without version the one that serves goes on.")
    @APIResponse(responseCode = "404", description = "The task has no such version", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
    @RequestBody(required = true, content = @Content(mediaType = "application/json", schema = @Schema(type = SchemaType.OBJECT), examples = {
            @ExampleObject(name = "rollback", value = "{\"version\": 1, \"reason\": \"rollback\"}"),
            @ExampleObject(name = "canary and shadow", value = "{\"version\": 1, \"canary\": {\"version\": 2, \"percent\": 5}, \"shadow\": {\"version\": 3}}") }))
    public Accepted promote(@Parameter(example = "iris") @PathParam("task") String name, byte[] body) {
        TaskId task = new TaskId(name);
        PromotionRequest request = Json.readStrict(body, PromotionRequest.class, "PROMOTION_INVALID",
                "promotion");
        Promotion promotion = request.toPromotion(task, memory.models().promotion(task), clock.instant());
        for (ModelVersion version : promotion.versions()) {
            if (memory.models().place(new ModelKey(task, version)).isEmpty()) {
                throw Problem.missing("VERSION_UNKNOWN", "task '" + task + "' has no version " + version);
            }
        }
        return door.promotion(task.value(), Json.write(promotion));
    }
}
