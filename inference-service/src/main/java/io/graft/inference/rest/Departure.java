package io.graft.inference.rest;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.inference.prediction.Predictor;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The service's end, over HTTP and gRPC: for a while everything is still answered, since not everybody has heard of it yet;
 * then new calls are refused, and those that came before are answered; at last those are refused that have waited too long.
 * <p>
 * The server itself refuses nothing. It waits until no call is in work, which under a constant load never comes, and then cuts
 * off what is.
 */
@Singleton
final class Departure {

    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
    private static final int FIRST = Integer.MIN_VALUE;
    /** Before the server looks whether anything is in work: what it does not see then it cuts off. */
    private static final Duration LEAD = Duration.ofMillis(100);
    private static final String CODE = "PREDICTION_STOPPING";
    private static final String SENTENCE = "this replica is ending (expected: another replica)";

    private final Predictor predictor;
    private final MeterRegistry registry;
    private final Duration delay;
    private final Duration answerLimit;
    private final Set<RoutingContext> inWork = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "shutdown-clock");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean begun;
    private volatile boolean refusing;

    Departure(Predictor predictor, ShutdownConfig config, MeterRegistry registry,
            @ConfigProperty(name = "quarkus.shutdown.delay") Optional<Duration> delay,
            @ConfigProperty(name = "quarkus.shutdown.timeout") Duration timeout) {
        if (config.answerLimit().compareTo(timeout) >= 0) {
            throw new IllegalArgumentException("graft.shutdown.answer-limit is " + config.answerLimit()
                    + " (expected: less than quarkus.shutdown.timeout, " + timeout + ")");
        }
        this.predictor = predictor;
        this.registry = registry;
        this.delay = delay.orElse(Duration.ZERO);
        this.answerLimit = config.answerLimit();
    }

    void register(@Observes Router router) {
        router.route().order(FIRST).handler(this::enter);
    }

    private void enter(RoutingContext context) {
        inWork.add(context);
        int unused = context.addEndHandler(ended -> inWork.remove(context));
        if (refusing && RouteRefusal.isPossible(context)) {
            RouteRefusal.afterBody(context, () -> refuse(context, "late"));
        } else {
            context.next();
        }
    }

    boolean hasBegun() {
        return begun;
    }

    void begin(@Observes ShutdownDelayInitiatedEvent event) {
        begun = true;
        LOG.info("Shutdown begun delay={} answerLimit={}", delay, answerLimit);
        Duration open = delay.minus(LEAD);
        if (open.isNegative()) {
            refuseNew();
        } else {
            after(open, this::refuseNew);
        }
        after(delay.plus(answerLimit), this::refuseAll);
    }

    private void after(Duration time, Runnable work) {
        ScheduledFuture<?> unused = clock.schedule(work, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void refuseNew() {
        refusing = true;
        LOG.info("New calls are refused inWorkCount={}", inWork.size());
    }

    /** What waits for a backbone, and whose body is still on its way; a forward pass under way ends by itself. */
    private void refuseAll() {
        LOG.warn("Calls that were not answered in time are refused inWorkCount={} answerLimit={}", inWork.size(), answerLimit);
        predictor.refuse();
        inWork.stream().filter(context -> !context.request().isEnded()).forEach(this::refuseUnfinished);
    }

    /** Its connection's thread may answer it at this moment. */
    private void refuseUnfinished(RoutingContext context) {
        try {
            refuse(context, "unfinished");
        } catch (IllegalStateException e) {
            LOG.debug("Call was answered meanwhile path={}", context.normalizedPath(), e);
        }
    }

    private void refuse(RoutingContext context, String cause) {
        if (!RouteRefusal.isOpen(context)) {
            return;
        }
        registry.counter("graft.shutdown.refusals", "cause", cause).increment();
        RouteRefusal.closeBehindAnswer(context);
        RouteRefusal.send(context, CODE, SENTENCE);
    }

    void stop(@Observes ShutdownEvent event) {
        clock.shutdownNow();
    }
}
