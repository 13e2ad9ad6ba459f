package io.graft.inference.rest;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response.Status;

import io.graft.access.AccessRules;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.ext.web.RoutingContext;

/**
 * A gRPC call without a client that is known is refused before its message is read: the gRPC server itself asks for the role
 * behind that.
 */
@Singleton
final class GrpcCredentials {

    /** Behind the handlers that find out who the client is and whether it calls too often. */
    private static final int AUTHENTICATED = 40;

    private final AccessRules rules;

    GrpcCredentials(AccessRules rules) {
        this.rules = rules;
    }

    void register(@Observes Filters filters) {
        filters.register(this::enter, AUTHENTICATED);
    }

    private void enter(RoutingContext context) {
        if (!rules.required() || !RouteRefusal.isGrpc(context) || GrpcDoor.isHealth(context.request()) || isKnown(context)) {
            context.next();
            return;
        }
        RouteRefusal.closeBehindAnswer(context);
        RouteRefusal.sendStatus(context, RouteRefusal.GRPC_UNAUTHENTICATED, Status.UNAUTHORIZED.name(),
                "the call needs a key or a token that is known");
    }

    private static boolean isKnown(RoutingContext context) {
        return context.user() instanceof QuarkusHttpUser user && !user.getSecurityIdentity().isAnonymous();
    }
}
