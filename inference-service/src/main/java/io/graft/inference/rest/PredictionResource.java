package io.graft.inference.rest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

import io.graft.access.Role;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.explanation.ExplanationRequest;
import io.graft.inference.prediction.ExplainedPrediction;
import io.graft.inference.prediction.Prediction;
import io.graft.inference.prediction.Predictor;
import io.graft.inference.serving.ModelChoice;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleContentCodec;
import io.vertx.ext.web.RoutingContext;

/** Predictions over HTTP. */
@Path("/v1/tasks")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "predictions")
@APIResponse(responseCode = "200", description = "The prediction, and with explain why", content = {
        @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(oneOf = { Prediction.class,
                ExplainedAnswer.class }), examples = {
                        @ExampleObject(name = "ants or bees", value = PredictionResource.ANSWER),
                        @ExampleObject(name = "explained", value = PredictionResource.EXPLAINED_ANSWER) }),
        @Content(mediaType = ExplanationChoice.PICTURE, schema = @Schema(type = SchemaType.STRING, format = "binary")) })
@APIResponse(responseCode = "406", description = "The types of Accept do not go with the parameters", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
@APIResponse(responseCode = "400", description = "The content or a parameter is not valid", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
@APIResponse(responseCode = "404", description = "No such task or version answers", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
@APIResponse(responseCode = "408", description = "BODY_LATE: the body was not there in time", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
@APIResponse(responseCode = "413", description = "The body is too large", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
@APIResponse(responseCode = "415", description = "The body is of a type that is not read", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
@APIResponse(responseCode = "503", description = "No room at this moment; Retry-After says when", content = @Content(mediaType = ProblemDetail.MEDIA_TYPE, schema = @Schema(implementation = ProblemDetail.class)))
public final class PredictionResource {

    /** Keeps a caller with the canary, or away from it. */
    static final String ROUTING_KEY = "Routing-Key";

    static final String ANSWER = """
            {"predictionId": "6f1c0a52-5f0e-4c38-9a55-1d0f5f7e3a10", "task": "ants-bees", "version": 3, "backbone": "resnet18",
             "label": "bees", "probability": 0.97,
             "probabilities": [{"label": "bees", "probability": 0.97}, {"label": "ants", "probability": 0.03}],
             "at": "2026-01-01T12:00:00Z"}""";

    static final String EXPLAINED_ANSWER = """
            {"predictionId": "6f1c0a52-5f0e-4c38-9a55-1d0f5f7e3a10", "task": "ants-bees", "version": 3, "backbone": "resnet18",
             "label": "bees", "probability": 0.97,
             "probabilities": [{"label": "bees", "probability": 0.97}, {"label": "ants", "probability": 0.03}],
             "at": "2026-01-01T12:00:00Z",
             "explanation": {"method": "cam", "label": "bees", "rows": 2, "columns": 2,
                             "values": [[0.2, 6.1], [-0.4, 1.3]], "bias": -0.1,
                             "region": {"x": 82.0, "y": 9.0, "width": 328.0, "height": 328.0}}}""";

    private final Predictor predictor;
    private final SampleContentCodec codec;
    private final CallerPatience patience;

    PredictionResource(Predictor predictor, SampleContentCodec codec, CallerPatience patience) {
        this.predictor = predictor;
        this.codec = codec;
        this.patience = patience;
    }

    /** The content itself as the body. What {@code curl --data-binary} says when it is told nothing counts as nothing said. */
    @POST
    @RolesAllowed(Role.PREDICT)
    @Path("{task}/predictions")
    @Consumes(MediaType.WILDCARD)
    @Produces({ MediaType.APPLICATION_JSON, ExplanationChoice.PICTURE })
    @Operation(summary = "Predict the label of a content", operationId = "predict", description = "The body is an image, a text, or JSON with exactly one of text, image (base64) and vector. Without a Content-Type the bytes tell what they are.")
    @RequestBody(required = true, content = {
            @Content(mediaType = "image/jpeg", schema = @Schema(type = SchemaType.STRING, format = "binary")),
            @Content(mediaType = "image/png", schema = @Schema(type = SchemaType.STRING, format = "binary")),
            @Content(mediaType = "text/plain", schema = @Schema(type = SchemaType.STRING)),
            @Content(mediaType = "application/json", schema = @Schema(type = SchemaType.OBJECT), examples = @ExampleObject(name = "vector", summary = "an embedding made elsewhere", value = "{\"vector\": [0.25, -1.5, 3.0]}")),
            @Content(mediaType = "application/octet-stream", schema = @Schema(type = SchemaType.STRING, format = "binary")),
            @Content(mediaType = "multipart/form-data", schema = @Schema(type = SchemaType.OBJECT, properties = @SchemaProperty(name = "file", type = SchemaType.STRING, format = "binary"))) })
    @Parameter(name = CallerPatience.TIMEOUT, in = ParameterIn.QUERY, description = "How long to wait for the answer, in milliseconds or as an ISO-8601 duration; no longer than the service's own limit. The header Prefer: wait=SECONDS says the same", example = "PT0.5S", schema = @Schema(type = SchemaType.STRING))
    public Response predict(@Parameter(example = "ants-bees") @PathParam("task") String task,
            @Parameter(description = "Answers with this version instead of the one that serves", example = "3", schema = @Schema(type = SchemaType.INTEGER, minimum = "1")) @QueryParam("version") Optional<String> version,
            @Parameter(description = "How many labels to answer, the most probable first; absent: all", example = "5", schema = @Schema(type = SchemaType.INTEGER, minimum = "1")) @QueryParam("top") Optional<String> top,
            @Parameter(description = "Explains the answer: cam is a class activation map, which tasks of images by a ResNet have. As numbers, or with Accept: image/png drawn over the image, with the prediction in the header Prediction", schema = @Schema(type = SchemaType.STRING, enumeration = "cam")) @QueryParam("explain") Optional<String> explain,
            @Parameter(description = "Explains this label; absent: the one that is answered. Only with explain") @QueryParam("label") Optional<String> label,
            @Parameter(description = "Whatever shall always be answered by the same of the version that serves and its canary, such as a user; absent: each request by itself", example = "user-17") @HeaderParam(ROUTING_KEY) Optional<String> routingKey,
            @Parameter(hidden = true) @HeaderParam(HttpHeaders.CONTENT_TYPE) Optional<String> contentType,
            @Context HttpHeaders headers, @Context RoutingContext call) {
        byte[] bytes = ArrivedBody.of(call).bytes();
        Optional<String> type = contentType.map(PredictionResource::mediaType)
                .filter(declared -> !declared.equals(MediaType.APPLICATION_FORM_URLENCODED));
        return predict(choice(task, version, routingKey), top,
                ExplanationChoice.of(explain, label, headers.getAcceptableMediaTypes()),
                () -> codec.parse(type, bytes).content());
    }

    /** A form, as browsers and {@code curl -F file=@…} send it. */
    @POST
    @RolesAllowed(Role.PREDICT)
    @Path("{task}/predictions")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Produces({ MediaType.APPLICATION_JSON, ExplanationChoice.PICTURE })
    @Operation(hidden = true)
    public Response predictFile(@PathParam("task") String task, @QueryParam("version") Optional<String> version,
            @QueryParam("top") Optional<String> top, @QueryParam("explain") Optional<String> explain,
            @QueryParam("label") Optional<String> label, @HeaderParam(ROUTING_KEY) Optional<String> routingKey,
            @Context HttpHeaders headers, @RestForm("file") @Nullable FileUpload file) {
        return predict(choice(task, version, routingKey), top,
                ExplanationChoice.of(explain, label, headers.getAcceptableMediaTypes()), () -> {
                    if (file == null) {
                        throw Problem.invalid("FORM_FILE_MISSING",
                                "form has no field 'file' with a file (expected: exactly one)");
                    }
                    return codec.parse(Optional.ofNullable(file.contentType()).map(PredictionResource::mediaType), read(file))
                            .content();
                });
    }

    private static ModelChoice choice(String task, Optional<String> version, Optional<String> routingKey) {
        return new ModelChoice(new TaskId(task), version.map(ModelVersion::parse), routingKey);
    }

    private Response predict(ModelChoice choice, Optional<String> topText, Optional<ExplanationRequest> explanation,
            Supplier<SampleContent> content) {
        int top = topText.map(PredictionResource::top).orElse(Integer.MAX_VALUE);
        if (explanation.isEmpty()) {
            return Response.ok(predictor.predict(choice, content, top, patience.patience()), MediaType.APPLICATION_JSON)
                    .build();
        }
        ExplainedPrediction explained = predictor.explain(choice, content, top, explanation.get(),
                patience.patience());
        return explained.picture()
                .map(png -> Response.ok(png, ExplanationChoice.PICTURE)
                        .header(ExplainedAnswer.Header.NAME, ExplainedAnswer.Header.of(explained).text()).build())
                .orElseGet(() -> Response.ok(ExplainedAnswer.of(explained), MediaType.APPLICATION_JSON).build());
    }

    private static int top(String text) {
        try {
            int top = Integer.parseInt(text);
            if (top >= 1) {
                return top;
            }
        } catch (NumberFormatException e) {
            throw Problem.invalid("TOP_INVALID", "top is '" + text + "' (expected: 1 or more)", e);
        }
        throw Problem.invalid("TOP_INVALID", "top is '" + text + "' (expected: 1 or more)");
    }

    private static String mediaType(String contentType) {
        int semicolon = contentType.indexOf(';');
        return (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
    }

    private static byte[] read(FileUpload file) {
        try {
            return Files.readAllBytes(file.uploadedFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
