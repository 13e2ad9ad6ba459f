package io.graft.inference.rest;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import io.graft.inference.prediction.Patience;
import io.graft.problem.Problem;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;

/** How long the client of the request in hand waits: as long as it says, and no longer than its connection is open. */
@Singleton
final class CallerPatience {

    /** The parameter: milliseconds, or an ISO-8601 duration. */
    static final String TIMEOUT = "timeout";

    private static final long MILLIS_MAX = Patience.UNSAID.toMillis();
    /** The preference of RFC 7240, in seconds; a preference that is not understood counts as unsaid, as it has there. */
    private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?([1-9]\\d{0,4})\"?\\s*(?:$|[,;])");
    private static final Pattern MILLIS = Pattern.compile("\\d{1,8}");

    private final CurrentVertxRequest request;

    CallerPatience(CurrentVertxRequest request) {
        this.request = request;
    }

    /**
     * Of the request that this thread has in hand, from the arrival of its body on.
     *
     * @throws Problem INVALID for a timeout that is none
     */
    Patience patience() {
        RoutingContext context = request.getCurrent();
        Patience patience = new Patience(limit(Optional.ofNullable(context.request().getParam(TIMEOUT)),
                Optional.ofNullable(context.request().getHeader("Prefer"))), ArrivedBody.of(context).atNanos());
        int unused = context.addEndHandler(answered -> {
            if (answered.failed()) {
                patience.end();
            }
        });
        if (context.response().closed()) {
            patience.end();
        }
        return patience;
    }

    /** The parameter before the header. */
    static Duration limit(Optional<String> timeout, Optional<String> prefer) {
        if (timeout.isPresent()) {
            return timeout(timeout.get());
        }
        return prefer.map(WAIT::matcher).filter(Matcher::find)
                .map(wait -> Duration.ofSeconds(Long.parseLong(wait.group(1)))).orElse(Patience.UNSAID);
    }

    private static Duration timeout(String text) {
        try {
            Duration timeout = MILLIS.matcher(text).matches() ? Duration.ofMillis(Long.parseLong(text)) : Duration.parse(text);
            if (timeout.compareTo(Duration.ZERO) > 0 && timeout.compareTo(Duration.ofMillis(MILLIS_MAX)) <= 0) {
                return timeout;
            }
        } catch (DateTimeParseException e) {
            throw wrong(text, e);
        }
        throw wrong(text, null);
    }

    private static Problem wrong(String text, @Nullable Throwable cause) {
        String sentence = "timeout is '" + text
                + "' (expected: milliseconds, or a duration as PT0.5S, above 0 and at most a day)";
        return cause == null ? Problem.invalid("TIMEOUT_INVALID", sentence)
                : Problem.invalid("TIMEOUT_INVALID", sentence, cause);
    }
}
