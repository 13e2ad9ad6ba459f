package io.graft.inference.rest;

import java.time.Duration;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response.Status;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.graft.inference.prediction.PredictionConfig;
import io.graft.problem.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** The bodies of all calls, within their limits. */
@Startup
@ApplicationScoped
class Bodies {

    private static final long BYTES_MAX = 1L << 30;
    private static final Duration LIMIT_MAX = Duration.ofHours(1);

    private final BodyMemory memory;
    private final int bytesMax;
    private final Duration limit;
    private final MeterRegistry registry;

    Bodies(BodyMemory memory, PredictionConfig config,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize bodySizeMax, MeterRegistry registry) {
        require("quarkus.http.limits.max-body-size", bodySizeMax.asLongValue() <= BYTES_MAX, "at most 1 GiB");
        require("graft.prediction.bodies-bytes-max", config.bodiesBytesMax() >= bodySizeMax.asLongValue(),
                "at least quarkus.http.limits.max-body-size, " + bodySizeMax.asLongValue());
        require("graft.prediction.body-timeout", config.bodyTimeout().toMillis() > 0
                && config.bodyTimeout().compareTo(LIMIT_MAX) <= 0, "1 ms to an hour");
        this.memory = memory;
        this.bytesMax = (int) bodySizeMax.asLongValue();
        this.limit = config.bodyTimeout();
        this.registry = registry;
    }

    private static void require(String key, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(key + " is not valid (expected: " + expected + ")");
        }
    }

    /**
     * Has the body of a call arrive; its end gives the memory back.
     *
     * @return fails with a problem for a body that does not come, and for one for which there is no room, or with HTTP's own
     *         status for one over the limit
     */
    Uni<ArrivedBody> receive(RoutingContext context) {
        return Uni.createFrom().<ArrivedBody> emitter(
                arrival -> new ArrivingBody(context, memory, bytesMax, arrival).receive(limit))
                .onFailure().invoke(this::count);
    }

    private void count(Throwable failure) {
        String code = failure instanceof Problem problem ? problem.code() : Status.REQUEST_ENTITY_TOO_LARGE.name();
        registry.counter("graft.bodies.refused", "code", code).increment();
    }
}
