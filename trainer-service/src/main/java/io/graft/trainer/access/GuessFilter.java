package io.graft.trainer.access;

import java.time.Duration;
import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.graft.access.AccessRules;
import io.graft.access.ApiKey;
import io.graft.access.GuessLimit;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;

/** Bounds how many wrong keys and tokens an address may try, before its call learns whether one is right. */
@Singleton
final class GuessFilter {

    /** In front of the handler that finds out who the client is, 200: of a key that is known without it. */
    private static final int BEFORE_AUTHENTICATION = 250;
    /** Behind it: whose a token is only its signature says. In front of the one that looks whether a path is open, 100. */
    private static final int AUTHENTICATED = 150;
    /** In front of the handler of failures that would answer a wrong token. */
    private static final int FIRST = Integer.MIN_VALUE;
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
        filters.register(this::judgeKey, BEFORE_AUTHENTICATION);
        filters.register(this::judgeRightToken, AUTHENTICATED);
    }

    void register(@Observes Router router) {
        router.route().order(FIRST).failureHandler(this::judgeWrongToken);
    }

    private void judgeKey(RoutingContext context) {
        String secret = context.request().getHeader(ApiKeyMechanism.HEADER);
        if (secret == null || !rules.required()) {
            context.next();
        } else {
            judge(context, rules.apiKeys().find(secret).map(ApiKey::name));
        }
    }

    private void judgeRightToken(RoutingContext context) {
        Optional<String> client = Caller.name(context);
        if (client.isEmpty() || bringsKey(context)) {
            context.next();
        } else {
            judge(context, client);
        }
    }

    private void judgeWrongToken(RoutingContext context) {
        if (context.failure() instanceof AuthenticationFailedException && !bringsKey(context)) {
            judge(context, Optional.empty());
        } else {
            context.next();
        }
    }

    /** A key is asked before a token, and was judged as such. */
    private static boolean bringsKey(RoutingContext context) {
        return context.request().headers().contains(ApiKeyMechanism.HEADER);
    }

    private void judge(RoutingContext context, Optional<String> client) {
        Optional<Duration> wait = guesses.refusal(Caller.address(context), client);
        if (wait.isPresent()) {
            count("throttled");
            context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(wait.get().toSeconds() + 1))
                    .headers().remove(ApiKeyMechanism.CHALLENGE);
            context.fail(TOO_MANY_REQUESTS, new HttpException(TOO_MANY_REQUESTS));
            return;
        }
        if (client.isEmpty()) {
            count("unknown");
        }
        context.next();
    }

    private void count(String outcome) {
        registry.counter("graft.access.failures", "outcome", outcome).increment();
    }
}
