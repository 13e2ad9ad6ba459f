package io.graft.inference.rest;

import java.util.Optional;
import java.util.OptionalInt;

import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import io.graft.access.Role;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.openinference.InferError;
import io.graft.inference.openinference.InferRequestReader;
import io.graft.inference.openinference.InferResponse;
import io.graft.inference.openinference.Inference;
import io.graft.inference.openinference.ModelMetadata;
import io.graft.inference.openinference.ServerMetadata;
import io.graft.inference.openinference.TaskModels;
import io.graft.inference.prediction.PredictionConfig;
import io.graft.inference.serving.ModelChoice;
import io.graft.problem.Problem;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** The Open Inference Protocol over HTTP: a task is a model. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "open inference protocol", description = "What clients of KServe, Triton and MLServer speak; a task is a model")
public final class OpenInferenceResource {

    /** Says how much of a body is JSON, where the bytes of tensors follow. */
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private final TaskModels models;
    private final Inference inference;
    private final int inputCountMax;
    private final SmallRyeHealthReporter health;
    private final ServerMetadata server;
    private final CallerPatience patience;

    OpenInferenceResource(TaskModels models, Inference inference, PredictionConfig config,
            SmallRyeHealthReporter health, CallerPatience patience,
            @ConfigProperty(name = "quarkus.application.version") String release) {
        this.models = models;
        this.inference = inference;
        this.inputCountMax = config.inputCountMax();
        this.health = health;
        this.patience = patience;
        this.server = ServerMetadata.of(release);
    }

    /** A probe's answer. */
    public record Live(boolean live) {
    }

    /** A probe's answer. */
    public record Ready(boolean ready) {
    }

    /** A probe's answer for one model. */
    public record TaskReady(String name, boolean ready) {
    }

    @GET
    @RolesAllowed(Role.READ)
    @Operation(summary = "Show what this server is", operationId = "serverMetadata")
    @APIResponse(responseCode = "200", description = "Its name, its version, its extensions")
    public ServerMetadata server() {
        return server;
    }

    @GET
    @PermitAll
    @Path("health/live")
    @Operation(summary = "Ask whether the server is alive", operationId = "serverLive")
    @APIResponse(responseCode = "200", description = "It is", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Live.class)))
    @APIResponse(responseCode = "503", description = "It is not", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Live.class)))
    public Uni<Response> live() {
        return health.getLivenessAsync().map(found -> probed(!found.isDown(), new Live(!found.isDown())));
    }

    @GET
    @PermitAll
    @Path("health/ready")
    @Operation(summary = "Ask whether the server is ready", operationId = "serverReady")
    @APIResponse(responseCode = "200", description = "It is", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Ready.class)))
    @APIResponse(responseCode = "503", description = "It is not", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Ready.class)))
    public Uni<Response> ready() {
        return health.getReadinessAsync().map(found -> probed(!found.isDown(), new Ready(!found.isDown())));
    }

    private static Response probed(boolean up, Object entity) {
        return Response.status(up ? Status.OK : Status.SERVICE_UNAVAILABLE).entity(entity).build();
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("models/{task}")
    @Operation(summary = "Show a task's tensors", operationId = "modelMetadata")
    @APIResponse(responseCode = "200", description = "The tensors of the version that serves", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = ModelMetadata.class)))
    @APIResponse(responseCode = "404", description = "No such task, or no version that serves", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    public ModelMetadata model(@Parameter(example = "ants-bees") @PathParam("task") String task) {
        return models.metadata(new TaskId(task), Optional.empty());
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("models/{task}/versions/{version}")
    @Operation(summary = "Show a version's tensors", operationId = "modelVersionMetadata")
    @APIResponse(responseCode = "200", description = "The tensors of the version", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = ModelMetadata.class)))
    @APIResponse(responseCode = "404", description = "No such task or version", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    public ModelMetadata model(@Parameter(example = "ants-bees") @PathParam("task") String task,
            @Parameter(example = "3") @PathParam("version") String version) {
        return models.metadata(new TaskId(task), Optional.of(ModelVersion.parse(version)));
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("models/{task}/ready")
    @Operation(summary = "Ask whether a task has a version that serves", operationId = "modelReady")
    @APIResponse(responseCode = "200", description = "It has", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = TaskReady.class)))
    @APIResponse(responseCode = "404", description = "It has not", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = TaskReady.class)))
    public Response modelReady(@Parameter(example = "ants-bees") @PathParam("task") String task) {
        return readiness(new TaskId(task), Optional.empty());
    }

    @GET
    @RolesAllowed(Role.READ)
    @Path("models/{task}/versions/{version}/ready")
    @Operation(summary = "Ask whether a version can answer", operationId = "modelVersionReady")
    @APIResponse(responseCode = "200", description = "It can", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = TaskReady.class)))
    @APIResponse(responseCode = "404", description = "It cannot", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = TaskReady.class)))
    public Response modelReady(@Parameter(example = "ants-bees") @PathParam("task") String task,
            @Parameter(example = "3") @PathParam("version") String version) {
        return readiness(new TaskId(task), Optional.of(ModelVersion.parse(version)));
    }

    @POST
    @RolesAllowed(Role.PREDICT)
    @Path("models/{task}/infer")
    @Consumes(MediaType.WILDCARD)
    @Produces({ MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM })
    @Operation(summary = "Predict with the version that serves", operationId = "infer", description = "One input: encoded images as BYTES [n] (in JSON as base64), images as UINT8 or FP32 (0 to 1) [n, height, width, 3], or features as FP32 [n, dimension]. Outputs: label, probability, probabilities, labels. The parameter timeout is in microseconds.")
    @RequestBody(required = true, content = @Content(mediaType = "application/json", schema = @Schema(type = SchemaType.OBJECT), examples = @ExampleObject(name = "features", summary = "one feature", value = "{\"id\": \"42\", \"inputs\": [{\"name\": \"features\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"data\": [[0.25, -1.5, 3.0]]}]}")))
    @APIResponse(responseCode = "200", description = "The outputs, each row an input", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(responseCode = "400", description = "The request or an input is not valid", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    @APIResponse(responseCode = "404", description = "No such task answers", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    @APIResponse(responseCode = "408", description = "BODY_LATE: the body was not there in time", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    @APIResponse(responseCode = "413", description = "The body is too large", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    @APIResponse(responseCode = "503", description = "No room at this moment; Retry-After says when", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    public Response infer(@Parameter(example = "ants-bees") @PathParam("task") String task,
            @Parameter(description = "As of a prediction", example = "user-17") @HeaderParam(PredictionResource.ROUTING_KEY) Optional<String> routingKey,
            @Parameter(hidden = true) @HeaderParam(JSON_LENGTH) Optional<String> jsonLength,
            @Context RoutingContext call) {
        return infer(new ModelChoice(new TaskId(task), Optional.empty(), routingKey), jsonLength, call);
    }

    @POST
    @RolesAllowed(Role.PREDICT)
    @Path("models/{task}/versions/{version}/infer")
    @Consumes(MediaType.WILDCARD)
    @Produces({ MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM })
    @Operation(summary = "Predict with one version", operationId = "inferVersion")
    @RequestBody(required = true, content = @Content(mediaType = "application/json", schema = @Schema(type = SchemaType.OBJECT), examples = @ExampleObject(name = "features", summary = "one feature", value = "{\"inputs\": [{\"name\": \"features\", \"datatype\": \"FP32\", \"shape\": [1, 3], \"data\": [0.25, -1.5, 3.0]}], \"outputs\": [{\"name\": \"label\"}]}")))
    @APIResponse(responseCode = "200", description = "The outputs, each row an input", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(type = SchemaType.OBJECT)))
    @APIResponse(responseCode = "400", description = "The request or an input is not valid", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    @APIResponse(responseCode = "404", description = "No such task or version answers", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    @APIResponse(responseCode = "408", description = "BODY_LATE: the body was not there in time", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    @APIResponse(responseCode = "413", description = "The body is too large", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    @APIResponse(responseCode = "503", description = "No room at this moment; Retry-After says when", content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = InferError.class)))
    public Response infer(@Parameter(example = "ants-bees") @PathParam("task") String task,
            @Parameter(example = "3") @PathParam("version") String version,
            @Parameter(hidden = true) @HeaderParam(JSON_LENGTH) Optional<String> jsonLength,
            @Context RoutingContext call) {
        return infer(new ModelChoice(new TaskId(task), Optional.of(ModelVersion.parse(version)), Optional.empty()), jsonLength,
                call);
    }

    private Response infer(ModelChoice choice, Optional<String> jsonLength, RoutingContext call) {
        byte[] bytes = ArrivedBody.of(call).bytes();
        OptionalInt jsonBytes = jsonLength.map(OpenInferenceResource::length).map(OptionalInt::of).orElse(OptionalInt.empty());
        Inference.Result result = inference.infer(choice, () -> InferRequestReader.read(bytes, jsonBytes, inputCountMax),
                patience.patience());
        InferResponse response = InferResponse.of(result.request(), result.answers());
        if (response.jsonBytes().isEmpty()) {
            return Response.ok(response.body().array(), MediaType.APPLICATION_JSON).build();
        }
        return Response.ok(response.body().array(), MediaType.APPLICATION_OCTET_STREAM)
                .header(JSON_LENGTH, response.jsonBytes().getAsInt()).build();
    }

    private static int length(String text) {
        try {
            return Integer.parseInt(text.trim());
        } catch (NumberFormatException e) {
            throw Problem.invalid("INFER_REQUEST_INVALID",
                    "header " + JSON_LENGTH + " is '" + text + "' (expected: bytes of JSON)", e);
        }
    }

    private Response readiness(TaskId task, Optional<ModelVersion> version) {
        boolean ready = models.isReady(task, version);
        return Response.status(ready ? Status.OK : Status.NOT_FOUND).entity(new TaskReady(task.value(), ready)).build();
    }
}
