package io.graft.inference.grpc;

import jakarta.inject.Singleton;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.Status;
import io.grpc.StatusException;
import io.quarkus.grpc.ExceptionHandler;
import io.quarkus.grpc.ExceptionHandlerProvider;
import io.quarkus.security.UnauthorizedException;

/**
 * A call without a client that is known is unauthenticated: Quarkus alone says of it what it says of a client without the role.
 */
@Singleton
final class CallDenials implements ExceptionHandlerProvider {

    @Override
    public <Q, A> ExceptionHandler<Q, A> createHandler(Listener<Q> listener, ServerCall<Q, A> call, Metadata headers) {
        return new ExceptionHandler<>(listener, call, headers) {
            @Override
            protected void handleException(Throwable failure, ServerCall<Q, A> failed, Metadata ignored) {
                StatusException status = (StatusException) ExceptionHandlerProvider.toStatusException(transform(failure), true);
                Metadata trailers = status.getTrailers();
                failed.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
            }
        };
    }

    @Override
    public Throwable transform(Throwable failure) {
        return failure instanceof UnauthorizedException
                ? Status.UNAUTHENTICATED.withDescription("the call needs a key or a token that is known").asException()
                : ExceptionHandlerProvider.toStatusException(failure, false);
    }
}
