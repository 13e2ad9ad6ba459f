package io.graft.inference.rest;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

import io.graft.access.AccessRules;
import io.graft.inference.access.AccessConfig;
import io.quarkus.smallrye.openapi.OpenApiFilter;

/**
 * What the OpenAPI document says of access: how a client says who it is, and what every call answers to one that is not let in,
 * or that comes while too many are in work. It follows the configuration: where access is not required, nobody is asked.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
@Singleton
final class AccessDocument implements OASFilter {

    /** Open to everybody, at any pace. */
    private static final String HEALTH = "/v2/health/";
    private static final String OPEN_INFERENCE = "/v2";
    private static final String BUSY = "503";
    private static final String API_KEY = "apiKey";
    private static final String TOKEN = "token";

    private final AccessRules rules;
    private final boolean limited;

    AccessDocument(AccessRules rules, AccessConfig config) {
        this.rules = rules;
        this.limited = config.requestsPerSecond() > 0 || (rules.required() && config.wrongKeysPerMinute() > 0);
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        if (takesKeys()) {
            document.getComponents().addSecurityScheme(API_KEY, OASFactory.createSecurityScheme()
                    .type(SecurityScheme.Type.APIKEY).in(SecurityScheme.In.HEADER).name("X-API-Key")
                    .description("A key of this client's own"));
        }
        if (rules.oidc()) {
            document.getComponents().addSecurityScheme(TOKEN, OASFactory.createSecurityScheme()
                    .type(SecurityScheme.Type.HTTP).scheme("bearer").description("A token of the OpenID provider"));
        }
        document.getPaths().getPathItems().forEach((path, item) -> {
            if (!path.startsWith(HEALTH)) {
                item.getOperations().values().forEach(call -> complete(path, call));
            }
        });
    }

    private boolean takesKeys() {
        return !rules.apiKeys().isEmpty();
    }

    private void complete(String path, Operation call) {
        if (!call.getResponses().hasAPIResponse(BUSY)) {
            call.getResponses().addAPIResponse(BUSY, refusal(path, "No room at this moment; Retry-After says when"));
        }
        if (rules.required()) {
            requireEither(call);
            call.getResponses()
                    .addAPIResponse("401", refusal(path, "No client is known by what the call brought")
                            .addHeader("WWW-Authenticate", OASFactory.createHeader().description("What is taken")
                                    .schema(OASFactory.createSchema().addType(SchemaType.STRING))))
                    .addAPIResponse("403", refusal(path, "The client lacks the role of this call"));
        }
        if (limited) {
            call.getResponses().addAPIResponse("429", refusal(path, "The client calls, or guesses, too often")
                    .addHeader("Retry-After", OASFactory.createHeader().description("How long to wait, in seconds")
                            .schema(OASFactory.createSchema().addType(SchemaType.INTEGER))));
        }
    }

    private void requireEither(Operation call) {
        if (takesKeys()) {
            call.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(API_KEY));
        }
        if (rules.oidc()) {
            call.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(TOKEN));
        }
    }

    private static APIResponse refusal(String path, String description) {
        boolean openInference = path.startsWith(OPEN_INFERENCE);
        return OASFactory.createAPIResponse().description(description).content(OASFactory.createContent().addMediaType(
                openInference ? "application/json" : ProblemDetail.MEDIA_TYPE, OASFactory.createMediaType()
                        .schema(OASFactory.createSchema().ref(openInference ? "InferError" : "Problem"))));
    }
}
