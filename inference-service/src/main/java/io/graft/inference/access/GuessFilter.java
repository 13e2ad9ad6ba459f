package io.graft.inference.access;

import java.time.Duration;
import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.graft.access.AccessRules;
import io.graft.access.ApiKey;
import io.graft.access.GuessLimit;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;

/** Bounds how many wrong keys an address may try, before its call learns whether a key is right. */
@Singleton
final class GuessFilter {

    /** In front of the handler that finds out who the client is: 200. */
    private static final int BEFORE_AUTHENTICATION = 250;
    private static final int TOO_MANY_REQUESTS = 429;

    private final AccessRules rules;
    private final GuessLimit guesses;
    private final MeterRegistry registry;

    GuessFilter(AccessRules rules, GuessLimit guesses, MeterRegistry registry) {
        this.rules = rules;
        this.guesses = guesses;
        this.registry = registry;
    }

    void register(@Observes Filters filters) {
        filters.register(this::judge, BEFORE_AUTHENTICATION);
    }

    private void judge(RoutingContext context) {
        String secret = context.request().getHeader(ApiKeyMechanism.HEADER);
        if (secret == null || !rules.required()) {
            context.next();
            return;
        }
        Optional<ApiKey> found = rules.apiKeys().find(secret);
        Optional<Duration> wait = guesses.refusal(address(context), found);
        if (wait.isPresent()) {
            count("throttled");
            context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(wait.get().toSeconds() + 1));
            context.fail(TOO_MANY_REQUESTS);
            return;
        }
        if (found.isEmpty()) {
            count("unknown");
        }
        context.next();
    }

    private void count(String outcome) {
        registry.counter("graft.access.failures", "outcome", outcome).increment();
    }

    private static String address(RoutingContext context) {
        SocketAddress address = context.request().remoteAddress();
        return address == null ? "unknown" : address.hostAddress();
    }
}
