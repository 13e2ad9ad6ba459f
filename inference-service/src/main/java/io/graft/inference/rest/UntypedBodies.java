package io.graft.inference.rest;

import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.MediaType;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/** A body of which its sender says nothing is bytes; without this it would be taken for a form. */
final class UntypedBodies {

    void register(@Observes Router router) {
        router.post().order(VertxProblems.FIRST).handler(context -> {
            HttpServerRequest request = context.request();
            if (!request.headers().contains(HttpHeaders.CONTENT_TYPE)) {
                request.headers().set(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM);
            }
            context.next();
        });
    }
}
