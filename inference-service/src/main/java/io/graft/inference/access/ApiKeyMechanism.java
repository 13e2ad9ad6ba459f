package io.graft.inference.access;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import io.graft.access.AccessRules;
import io.graft.access.ApiKey;
import io.graft.access.Role;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** Knows a client by the key in the header {@code X-API-Key}; where access is not required, everybody has every role. */
@Singleton
final class ApiKeyMechanism implements HttpAuthenticationMechanism {

    static final String HEADER = "X-API-Key";
    static final String CHALLENGE = "WWW-Authenticate";
    private static final SecurityIdentity EVERYBODY = QuarkusSecurityIdentity.builder().setAnonymous(true)
            .addRoles(Role.ALL).build();

    private final AccessRules rules;

    ApiKeyMechanism(AccessRules rules) {
        this.rules = rules;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        if (!rules.required()) {
            return Uni.createFrom().item(EVERYBODY);
        }
        @Nullable
        String secret = context.request().getHeader(HEADER);
        if (secret == null) {
            return Uni.createFrom().nullItem();
        }
        return rules.apiKeys().find(secret).map(key -> Uni.createFrom().item(identity(key)))
                .orElseGet(() -> Uni.createFrom().failure(new AuthenticationFailedException("no client has this API key")));
    }

    private static SecurityIdentity identity(ApiKey key) {
        return QuarkusSecurityIdentity.builder().setPrincipal(new QuarkusPrincipal(key.name())).addRoles(key.roles())
                .build();
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, CHALLENGE, rules.challenge()));
    }

    /** Before tokens, whose mechanism would take the lack of one for an answer. */
    @Override
    public int getPriority() {
        return Integer.MAX_VALUE;
    }
}
