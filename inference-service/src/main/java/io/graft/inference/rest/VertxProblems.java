package io.graft.inference.rest;

import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.Response.Status;

import io.graft.event.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** What the HTTP server refuses before any path is looked at, a body over the limit above all, is a problem like the others. */
final class VertxProblems {

    /** Before the server's own handler of failures, which answers in HTML. */
    private static final int FIRST = Integer.MIN_VALUE;

    void register(@Observes Router router) {
        router.route().order(FIRST).failureHandler(VertxProblems::answer);
    }

    private static void answer(RoutingContext context) {
        Status status = Status.fromStatusCode(context.statusCode());
        if (status == null || status.getStatusCode() >= 500 || context.response().headWritten()) {
            context.next();
            return;
        }
        context.response().setStatusCode(status.getStatusCode())
                .putHeader("Content-Type", ProblemDetail.MEDIA_TYPE)
                .end(Buffer.buffer(Json.write(ProblemMapping.detail(status))));
    }
}
