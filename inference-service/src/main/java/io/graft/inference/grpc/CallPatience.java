package io.graft.inference.grpc;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import jakarta.enterprise.inject.spi.Prioritized;
import jakarta.inject.Singleton;

import io.graft.inference.prediction.Patience;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.grpc.runtime.Interceptors;

/**
 * How long the client of a call waits: as long as it says in the message or in the header {@code grpc-timeout}, and no longer
 * than until it cancels.
 */
@GlobalInterceptor
@Singleton
final class CallPatience implements ServerInterceptor, Prioritized {

    private static final Context.Key<Patience> PATIENCE = Context.key("patience");
    /** As the <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">protocol</a> has it. */
    private static final Metadata.Key<String> TIMEOUT = Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    private static final Pattern TIMEOUT_FORM = Pattern.compile("(\\d{1,8})([HMSmun])");

    /** Of the call on this thread. */
    static Patience current() {
        return Optional.ofNullable(PATIENCE.get()).orElseGet(() -> new Patience(Patience.UNSAID));
    }

    /**
     * Outside of the interceptor that runs calls on workers, which tells a call of its end once it has answered: so the end is
     * heard on the thread of the connection.
     */
    @Override
    public int getPriority() {
        return Interceptors.BLOCKING_HANDLER + 1;
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Patience patience = new Patience(timeout(Optional.ofNullable(headers.get(TIMEOUT))));
        return new SimpleForwardingServerCallListener<>(
                Contexts.interceptCall(Context.current().withValue(PATIENCE, patience), call, headers, next)) {
            @Override
            public void onCancel() {
                patience.end();
                super.onCancel();
            }
        };
    }

    /** What is no timeout counts as unsaid, as it does for the server. */
    static Duration timeout(Optional<String> header) {
        return header.map(TIMEOUT_FORM::matcher).filter(Matcher::matches)
                .map(said -> Duration.of(Long.parseLong(said.group(1)), unit(said.group(2).charAt(0)))).orElse(Patience.UNSAID);
    }

    private static ChronoUnit unit(char letter) {
        return switch (letter) {
            case 'H' -> ChronoUnit.HOURS;
            case 'M' -> ChronoUnit.MINUTES;
            case 'S' -> ChronoUnit.SECONDS;
            case 'm' -> ChronoUnit.MILLIS;
            case 'u' -> ChronoUnit.MICROS;
            default -> ChronoUnit.NANOS;
        };
    }
}
