package io.graft.inference.grpc;

import java.util.Optional;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;

/** The call's metadata {@code routing-key}: what keeps a caller with the canary, or away from it. */
@GlobalInterceptor
@Singleton
final class RoutingKey implements ServerInterceptor {

    static final Metadata.Key<String> HEADER = Metadata.Key.of("routing-key", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<String> CURRENT = Context.key("routing-key");

    /** That of the call on this thread. */
    static Optional<String> current() {
        @Nullable
        String key = CURRENT.get();
        return Optional.ofNullable(key);
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        @Nullable
        String key = headers.get(HEADER);
        return key == null ? next.startCall(call, headers)
                : Contexts.interceptCall(Context.current().withValue(CURRENT, key), call, headers, next);
    }
}
