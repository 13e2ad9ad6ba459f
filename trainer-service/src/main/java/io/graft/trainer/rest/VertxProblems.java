package io.graft.trainer.rest;

import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.Response.Status;

import org.jspecify.annotations.Nullable;

import io.graft.event.Json;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** What the HTTP server refuses before any path is looked at, a body over the limit above all, is a problem like the others. */
final class VertxProblems {

    /** Before the server's own handler of failures, which answers in HTML; behind that of wrong tokens. */
    private static final int EARLY = Integer.MIN_VALUE + 1;

    void register(@Observes Router router) {
        router.route().order(EARLY).failureHandler(VertxProblems::answer);
    }

    private static void answer(RoutingContext context) {
        Status status = status(context);
        if (status == null || status.getStatusCode() >= 500 || context.response().headWritten()) {
            context.next();
            return;
        }
        context.response().setStatusCode(status.getStatusCode())
                .putHeader("Content-Type", ProblemDetail.MEDIA_TYPE)
                .end(Buffer.buffer(Json.write(ProblemMapping.detail(status))));
    }

    /** A key or a token that is not valid, and a path that is closed, fail with an exception and without a status. */
    private static @Nullable Status status(RoutingContext context) {
        if (context.failure() instanceof AuthenticationFailedException) {
            return Status.UNAUTHORIZED;
        }
        return context.failure() instanceof ForbiddenException ? Status.FORBIDDEN
                : Status.fromStatusCode(context.statusCode());
    }
}
