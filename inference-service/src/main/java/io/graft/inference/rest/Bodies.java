package io.graft.inference.rest;

import java.time.Duration;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response.Status;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.graft.inference.prediction.PredictionConfig;
import io.graft.problem.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** The bodies of all calls, within their limits. */
@ApplicationScoped
class Bodies {

    private final BodyMemory memory;
    private final long bytesMax;
    private final Duration limit;
    private final MeterRegistry registry;

    Bodies(BodyMemory memory, PredictionConfig config,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize bodySizeMax, MeterRegistry registry) {
        this.memory = memory;
        this.bytesMax = bodySizeMax.asLongValue();
        this.limit = config.bodyTimeout();
        this.registry = registry;
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
