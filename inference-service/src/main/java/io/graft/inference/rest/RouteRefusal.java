package io.graft.inference.rest;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import jakarta.ws.rs.core.Response.Status;

import io.graft.event.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/** How a call is refused before anything behind the router has seen it: as busy, in the form of its protocol. */
final class RouteRefusal {

    static final String GRPC_DEADLINE_EXCEEDED = "4";
    static final String GRPC_RESOURCE_EXHAUSTED = "8";
    static final String GRPC_UNIMPLEMENTED = "12";
    static final String GRPC_UNAVAILABLE = "14";
    static final String GRPC_UNAUTHENTICATED = "16";

    private static final String GRPC = "application/grpc";
    private static final long NO_ERROR = 0;

    /** What tells others how this replica is. */
    private static final List<String> ALWAYS_ANSWERED = List.of("/q/", "/v2/health/");

    private RouteRefusal() {
    }

    /** Whether a call may be refused at all. */
    static boolean isPossible(RoutingContext context) {
        return ALWAYS_ANSWERED.stream().noneMatch(context.normalizedPath()::startsWith);
    }

    /** Reads the body first, unless its sender waits to be asked for it: an answer before that may get lost. */
    static void afterBody(RoutingContext context, Runnable refuse) {
        HttpServerRequest request = context.request();
        if (request.isEnded() || request.headers().contains(HttpHeaders.EXPECT)) {
            refuse.run();
        } else {
            request.endHandler(read -> refuse.run());
            request.resume();
        }
    }

    /** Does something with a call that has not ended by then. */
    static void after(Duration limit, RoutingContext context, Runnable work) {
        long timer = context.vertx().setTimer(limit.toMillis(), fired -> work.run());
        int unused = context.addEndHandler(ended -> context.vertx().cancelTimer(timer));
    }

    /** Whether there is still something to say. */
    static boolean isOpen(RoutingContext context) {
        return !context.response().headWritten() && !context.response().closed();
    }

    /**
     * Ends the connection behind the answer, since nobody reads what is still to come of the call; over HTTP/2 that belongs to
     * the call alone: its sender is told to send no more of it, and the connection stays.
     */
    static void closeBehindAnswer(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.version() == HttpVersion.HTTP_2) {
            int unused = context.addEndHandler(answered -> {
                if (!request.isEnded()) {
                    request.response().reset(NO_ERROR);
                }
            });
        } else {
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            int unused = context.addEndHandler(ended -> request.connection().close());
        }
    }

    /** Answers 503 with {@code Retry-After}, over gRPC {@code UNAVAILABLE}. */
    static void send(RoutingContext context, String code, String sentence) {
        if (isGrpc(context)) {
            sendStatus(context, GRPC_UNAVAILABLE, code, sentence);
            return;
        }
        HttpServerResponse response = context.response();
        ProblemMapping.Body body = ProblemMapping.body(context.normalizedPath(), Status.SERVICE_UNAVAILABLE, code, sentence);
        response.setStatusCode(Status.SERVICE_UNAVAILABLE.getStatusCode()).putHeader(HttpHeaders.RETRY_AFTER, "1")
                .putHeader(HttpHeaders.CONTENT_TYPE, body.mediaType()).end(Buffer.buffer(Json.write(body.entity())));
    }

    /** Answers a gRPC call. */
    static void sendStatus(RoutingContext context, String status, String code, String sentence) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, GRPC).putHeader("grpc-status", status)
                .putHeader("grpc-message", sentence).putHeader("code", code).end();
    }

    static boolean isGrpc(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        return context.request().version() == HttpVersion.HTTP_2 && type != null
                && type.toLowerCase(Locale.ROOT).startsWith(GRPC);
    }
}
