package io.graft.access;

import io.graft.problem.Problem;

/**
 * Whom a service lets in.
 *
 * @param required whether a client has to say who it is; if not, everybody has every role
 * @param oidc whether tokens of an OpenID provider are taken
 * @param apiKeys the keys that are taken
 */
public record AccessRules(boolean required, boolean oidc, ApiKeyTable apiKeys) {

    private static final String API_KEY = "ApiKey realm=\"graft\"";
    private static final String BEARER = "Bearer realm=\"graft\"";

    /** @throws Problem INVALID when nobody could get in, or keys are configured that nobody asks for */
    public AccessRules {
        if (required && !oidc && apiKeys.isEmpty()) {
            throw Problem.invalid("ACCESS_CONFIG_INVALID",
                    "access is required and there is no way to get it (expected: API keys"
                            + " in graft.access.api-keys, graft.access.oidc=true, or, in a network that you trust,"
                            + " graft.access.required=false)");
        }
        if (!required && (oidc || !apiKeys.isEmpty())) {
            throw Problem.invalid("ACCESS_CONFIG_INVALID", "access is not required and there are API keys or graft.access.oidc"
                    + " (expected: graft.access.required=true, or neither of them)");
        }
    }

    /** What a client that is not known is told to send, as in the header {@code WWW-Authenticate}. */
    public String challenge() {
        if (!oidc) {
            return API_KEY;
        }
        return apiKeys.isEmpty() ? BEARER : BEARER + ", " + API_KEY;
    }
}
