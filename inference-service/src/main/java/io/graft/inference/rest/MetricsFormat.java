package io.graft.inference.rest;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.graft.trace.Tracing;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/**
 * Gives metrics as OpenMetrics to whoever takes them so, since only that format can name traces. Prometheus takes plain text
 * too, if it must, and would be given that.
 */
@Singleton
final class MetricsFormat {

    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String PATH = "/q/metrics";
    private static final int FIRST = -1_000;

    void prefer(@Observes Router router, Tracing tracing) {
        if (tracing.isOn()) {
            router.get(PATH).order(FIRST).handler(context -> {
                HttpServerRequest request = context.request();
                String accepted = request.getHeader(HttpHeaders.ACCEPT);
                if (accepted != null && accepted.contains(OPEN_METRICS)) {
                    request.headers().set(HttpHeaders.ACCEPT, OPEN_METRICS + "; version=1.0.0; charset=utf-8");
                }
                context.next();
            });
        }
    }
}
