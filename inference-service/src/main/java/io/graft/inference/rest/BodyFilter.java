package io.graft.inference.rest;

import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;

import org.jboss.resteasy.reactive.server.ServerRequestFilter;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** Has the whole body of a call arrive before a thread is taken for it, once the client is known to have the role for it. */
@Singleton
final class BodyFilter {

    private final Bodies bodies;

    /** @param bodies whose limits are known only once the service runs */
    BodyFilter(Bodies bodies) {
        this.bodies = bodies;
    }

    @ServerRequestFilter(nonBlocking = true)
    Uni<Void> receive(ContainerRequestContext request, RoutingContext context) {
        return bodies.receive(context).invoke(body -> {
            body.keep(context);
            request.setEntityStream(body.stream());
        }).replaceWithVoid();
    }
}
