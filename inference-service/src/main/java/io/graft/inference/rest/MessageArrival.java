package io.graft.inference.rest;

import java.time.Duration;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.graft.inference.prediction.PredictionConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The message of a gRPC call has to be there in the time that the body of any other call has: the gRPC server itself waits for
 * it as long as the connection is open.
 */
@Singleton
final class MessageArrival {

    /** Behind {@link CallLimit}, before everything else. */
    private static final int THIRD = Integer.MIN_VALUE + 2;
    private static final String CODE = "BODY_LATE";

    private final Duration limit;
    private final MeterRegistry registry;

    MessageArrival(PredictionConfig config, MeterRegistry registry) {
        this.limit = config.bodyTimeout();
        this.registry = registry;
    }

    void register(@Observes Router router) {
        router.route().order(THIRD).handler(this::enter);
    }

    private void enter(RoutingContext context) {
        if (RouteRefusal.isGrpc(context)) {
            RouteRefusal.after(limit, context, () -> endLate(context));
        }
        context.next();
    }

    private void endLate(RoutingContext context) {
        if (context.request().isEnded() || !RouteRefusal.isOpen(context)) {
            return;
        }
        registry.counter("graft.bodies.refused", "code", CODE).increment();
        RouteRefusal.closeBehindAnswer(context);
        RouteRefusal.sendStatus(context, RouteRefusal.GRPC_DEADLINE_EXCEEDED, CODE,
                "message has not arrived within " + limit.toMillis()
                        + " ms (expected: all of it and the end of what the client sends, over a faster connection)");
    }
}
