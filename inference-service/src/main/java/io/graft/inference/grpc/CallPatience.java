package io.graft.inference.grpc;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import jakarta.enterprise.inject.spi.Prioritized;
import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

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

/** How long the client of a call waits: as long as it says, and no longer than until it cancels, as it does at its deadline. */
@GlobalInterceptor
@Singleton
final class CallPatience implements ServerInterceptor, Prioritized {

    private static final Context.Key<CompletableFuture<Void>> CANCELLED = Context.key("cancelled");

    /** Of the call on this thread, with a limit that stands in its message. */
    static Patience current(Optional<Duration> limit) {
        Patience patience = new Patience(limit.orElse(Patience.UNSAID));
        @Nullable
        CompletableFuture<Void> cancelled = CANCELLED.get();
        if (cancelled != null) {
            CompletableFuture<Void> unused = cancelled.thenRun(patience::end);
        }
        return patience;
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
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        return new SimpleForwardingServerCallListener<>(
                Contexts.interceptCall(Context.current().withValue(CANCELLED, cancelled), call, headers, next)) {
            @Override
            public void onCancel() {
                cancelled.complete(null);
                super.onCancel();
            }
        };
    }
}
