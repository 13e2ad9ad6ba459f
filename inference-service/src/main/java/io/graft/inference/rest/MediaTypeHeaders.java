package io.graft.inference.rest;

import java.util.List;
import java.util.function.Consumer;

import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response.Status;

import org.jboss.resteasy.reactive.common.util.MediaTypeHelper;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/** Refuses media types that are none: what looks for a method by them would fail as if the service were broken. */
final class MediaTypeHeaders {

    void register(@Observes Router router) {
        router.route().order(VertxProblems.FIRST).handler(context -> {
            HttpServerRequest request = context.request();
            if (isBroken(request.headers().getAll(HttpHeaders.CONTENT_TYPE), MediaType::valueOf)) {
                VertxProblems.refuse(context, Status.UNSUPPORTED_MEDIA_TYPE);
            } else if (isBroken(request.headers().getAll(HttpHeaders.ACCEPT), MediaTypeHelper::parseHeader)) {
                VertxProblems.refuse(context, Status.NOT_ACCEPTABLE);
            } else {
                context.next();
            }
        });
    }

    /** Of a header that comes twice it is not said which one counts. */
    private static boolean isBroken(List<String> headers, Consumer<String> parser) {
        try {
            headers.forEach(parser);
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }
}
