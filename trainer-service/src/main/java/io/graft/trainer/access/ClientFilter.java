package io.graft.trainer.access;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.graft.access.AccessRules;
import io.graft.access.Denials;
import io.graft.access.RateLimit;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Bounds how often a client calls, and logs what was denied to it. */
@Singleton
final class ClientFilter {

    private static final int FIRST = Integer.MIN_VALUE;
    /** Behind the handlers that find out who the client is and whether its path is open to it: 200 and 100. */
    private static final int AUTHENTICATED = 50;
    private static final String TRANSPORT_SECURITY = "Strict-Transport-Security";
    private static final String ONE_YEAR = "max-age=31536000";
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Set<Integer> DENIED = Set.of(401, 403, TOO_MANY_REQUESTS);
    /** What Kubernetes and Prometheus ask for, at a pace of their own. */
    private static final List<String> NOT_LIMITED = List.of("/q/");

    private final RateLimit rate;
    private final Denials denials;

    ClientFilter(RateLimit rate, Denials denials) {
        this.rate = rate;
        this.denials = denials;
    }

    void register(@Observes Router router) {
        router.route().order(FIRST).handler(this::watch);
    }

    /** Needs the rules, although it does not ask them: a service whose rules are not valid shall not start. */
    void register(@Observes Filters filters, AccessRules rules) {
        filters.register(this::limit, AUTHENTICATED);
    }

    private void watch(RoutingContext context) {
        if (context.request().isSSL()) {
            context.response().putHeader(TRANSPORT_SECURITY, ONE_YEAR);
        }
        context.addEndHandler(ended -> {
            int status = context.response().getStatusCode();
            if (DENIED.contains(status)) {
                denials.log(client(context), context.request().method().name(), context.request().path(), status);
            }
        });
        context.next();
    }

    private void limit(RoutingContext context) {
        Optional<Duration> wait = NOT_LIMITED.stream().anyMatch(context.normalizedPath()::startsWith) ? Optional.empty()
                : rate.refusal(client(context));
        if (wait.isEmpty()) {
            context.next();
            return;
        }
        context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(wait.get().toSeconds() + 1));
        context.fail(TOO_MANY_REQUESTS);
    }

    /** By its name; who is nobody by its address. */
    private static String client(RoutingContext context) {
        return Caller.name(context).orElseGet(() -> Caller.address(context));
    }
}
