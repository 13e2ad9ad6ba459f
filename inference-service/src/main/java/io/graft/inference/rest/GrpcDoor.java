package io.graft.inference.rest;

import java.util.Set;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The bytes of gRPC calls count among those of all bodies, and nothing that is compressed is read: the gRPC server itself
 * bounds a message as it comes, but neither what it unpacks nor all messages together.
 */
@Singleton
final class GrpcDoor {

    private static final String SERVICE = "/inference.GRPCInferenceService/";
    /** Open to everybody. */
    private static final Set<String> HEALTH = Set.of(SERVICE + "ServerLive", SERVICE + "ServerReady");
    private static final Set<String> OTHERS = Set.of(SERVICE + "ServerMetadata", SERVICE + "ModelReady",
            SERVICE + "ModelMetadata", SERVICE + "ModelInfer");

    /** In front of whoever else is first: a call passes there twice. */
    private static final int BEFORE_OTHERS = 1;
    private static final int FIRST = Integer.MIN_VALUE;
    private static final String ENCODING_UNSUPPORTED = "MESSAGE_ENCODING_UNSUPPORTED";
    private static final String IDENTITY = "identity";
    private static final int MESSAGE_HEAD_BYTES = 5;
    /** Nothing stands in it. */
    private static final int HEALTH_BYTES_MAX = 4096;

    private final BodyMemory memory;
    private final MeterRegistry registry;
    private final int bytesMax;

    GrpcDoor(BodyMemory memory, MeterRegistry registry,
            @ConfigProperty(name = "quarkus.grpc.server.max-inbound-message-size") int messageBytesMax) {
        this.memory = memory;
        this.registry = registry;
        this.bytesMax = MESSAGE_HEAD_BYTES + messageBytesMax;
    }

    /** Whether everybody may call so. */
    static boolean isHealth(HttpServerRequest request) {
        return HEALTH.contains(request.path());
    }

    void register(@Observes @Priority(BEFORE_OTHERS) Router router) {
        router.route().order(FIRST).handler(context -> enter(router, context));
    }

    private void enter(Router router, RoutingContext context) {
        @Nullable
        ArrivingMessage message = ArrivingMessage.of(context);
        if (message != null) {
            message.countUntilEnd(context, problem -> refuse(context, problem));
            context.next();
        } else if (!RouteRefusal.isGrpc(context)) {
            context.next();
        } else if (!isKnown(context.request())) {
            refuseUnknown(context);
        } else if (isCompressed(context.request())) {
            refuse(context, compressed());
        } else {
            count(router, context);
        }
    }

    private static boolean isKnown(HttpServerRequest request) {
        return isHealth(request) || OTHERS.contains(request.path());
    }

    /** By HTTP's own status too, as any other path that is none. */
    private static void refuseUnknown(RoutingContext context) {
        RouteRefusal.closeBehindAnswer(context);
        context.response().setStatusCode(Response.Status.NOT_FOUND.getStatusCode());
        RouteRefusal.sendStatus(context, RouteRefusal.GRPC_UNIMPLEMENTED, Response.Status.NOT_FOUND.name(),
                "there is no such call (expected: one of inference.GRPCInferenceService)");
    }

    private static boolean isCompressed(HttpServerRequest request) {
        String encoding = request.getHeader("grpc-encoding");
        return encoding != null && !encoding.equals(IDENTITY);
    }

    static Problem compressed() {
        return Problem.invalid(ENCODING_UNSUPPORTED,
                "message is compressed (expected: grpc-encoding " + IDENTITY + ", or none)");
    }

    /** No route can give a call another request: it comes again with one that counts. */
    private void count(Router router, RoutingContext context) {
        router.handle(new ArrivingMessage(context, memory, isHealth(context.request()) ? HEALTH_BYTES_MAX : bytesMax));
    }

    private void refuse(RoutingContext context, Problem problem) {
        registry.counter("graft.bodies.refused", "code", problem.code()).increment();
        if (RouteRefusal.isOpen(context)) {
            RouteRefusal.closeBehindAnswer(context);
            context.response().putHeader("grpc-accept-encoding", IDENTITY);
            RouteRefusal.sendStatus(context, status(problem), problem.code(), problem.sentence());
        }
    }

    private static String status(Problem problem) {
        if (problem.type() == ProblemType.BUSY) {
            return RouteRefusal.GRPC_UNAVAILABLE;
        }
        return problem.code().equals(ENCODING_UNSUPPORTED) ? RouteRefusal.GRPC_UNIMPLEMENTED
                : RouteRefusal.GRPC_RESOURCE_EXHAUSTED;
    }
}
