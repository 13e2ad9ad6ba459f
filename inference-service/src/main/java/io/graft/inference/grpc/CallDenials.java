package io.graft.inference.grpc;

import jakarta.inject.Singleton;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.Status;
import io.grpc.StatusException;
import io.quarkus.grpc.ExceptionHandler;
import io.quarkus.grpc.ExceptionHandlerProvider;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;

/**
 * A call without a client that is known is unauthenticated, one of a client without its role is denied: Quarkus alone says the
 * same of both, and with a provider of one's own of neither.
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
        if (failure instanceof UnauthorizedException) {
            return Status.UNAUTHENTICATED.withDescription("the call needs a key or a token that is known").asException();
        }
        return failure instanceof ForbiddenException
                ? Status.PERMISSION_DENIED.withDescription("this client lacks the role of this call").asException()
                : ExceptionHandlerProvider.toStatusException(failure, false);
    }
}
