package io.graft.inference.rest;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.graft.inference.prediction.PredictionConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * How many calls may be in work, over HTTP and gRPC, those included whose body is on its way and those that wait for a thread:
 * a further one is refused at once, since nobody sees how long it would wait, and the client may find another replica. What is
 * refused takes no place, and the end of its body is waited for no longer than for that of any other.
 */
@Singleton
final class CallLimit {

    /** Behind {@link Departure}, before everything else. */
    private static final int SECOND = Integer.MIN_VALUE + 1;

    private final int countMax;
    private final Duration bodyTimeout;
    private final Counter refusals;
    private final AtomicInteger inWork = new AtomicInteger();

    CallLimit(PredictionConfig config, MeterRegistry registry) {
        this.countMax = config.callCountMax();
        this.bodyTimeout = config.bodyTimeout();
        this.refusals = registry.counter("graft.calls.refused");
    }

    void register(@Observes Router router) {
        router.route().order(SECOND).handler(this::enter);
    }

    private void enter(RoutingContext context) {
        if (!RouteRefusal.isPossible(context)) {
            context.next();
            return;
        }
        if (inWork.getAndUpdate(count -> Math.min(countMax, count + 1)) < countMax) {
            leaveAtEnd(context);
            context.next();
            return;
        }
        refusals.increment();
        RouteRefusal.after(bodyTimeout, context, () -> {
            RouteRefusal.closeBehindAnswer(context);
            refuse(context);
        });
        RouteRefusal.afterBody(context, () -> refuse(context));
    }

    /** An end and a failure may be told on two threads at once. */
    private void leaveAtEnd(RoutingContext context) {
        AtomicBoolean left = new AtomicBoolean();
        int unused = context.addEndHandler(ended -> {
            if (!left.getAndSet(true)) {
                inWork.decrementAndGet();
            }
        });
    }

    private void refuse(RoutingContext context) {
        if (RouteRefusal.isOpen(context)) {
            RouteRefusal.send(context, "CALLS_TOO_MANY", "this replica has " + countMax
                    + " calls in work (expected: fewer at once, or more replicas)");
        }
    }
}
