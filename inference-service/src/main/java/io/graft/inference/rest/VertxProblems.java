package io.graft.inference.rest;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response.Status;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

import io.graft.event.Json;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** What the HTTP server refuses before any path is looked at, a body over the limit above all, is a problem like the others. */
@Singleton
final class VertxProblems {

    /** Before the server's own handlers, which answer with nothing or in HTML. */
    static final int FIRST = Integer.MIN_VALUE;
    /** So is that of failures, but behind that of wrong tokens. */
    private static final int EARLY = FIRST + 1;

    private final long bodyBytesMax;

    VertxProblems(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize bodySizeMax) {
        this.bodyBytesMax = bodySizeMax.asLongValue();
    }

    void register(@Observes Router router) {
        router.route().order(FIRST).handler(this::refuseLargeBody);
        router.route().order(EARLY).failureHandler(VertxProblems::answerFailure);
    }

    private void refuseLargeBody(RoutingContext context) {
        if (bodyBytes(context) <= bodyBytesMax) {
            context.next();
            return;
        }
        refuse(context, Status.REQUEST_ENTITY_TOO_LARGE);
    }

    /** Answers a request whose body may still be on its way, and nobody will read it. */
    static void refuse(RoutingContext context, Status status) {
        RouteRefusal.closeBehindAnswer(context);
        answer(context, status);
    }

    /** As its sender says; what is not said, as in a chunked body, is counted by the server while it reads. */
    private static long bodyBytes(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private static void answerFailure(RoutingContext context) {
        Status status = status(context);
        if (status == null || status.getStatusCode() >= 500 || context.response().headWritten()) {
            context.next();
        } else {
            answer(context, status);
        }
    }

    private static void answer(RoutingContext context, Status status) {
        ProblemMapping.Body body = ProblemMapping.body(context.normalizedPath(), status);
        context.response().setStatusCode(status.getStatusCode()).putHeader(HttpHeaders.CONTENT_TYPE, body.mediaType())
                .end(Buffer.buffer(Json.write(body.entity())));
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
