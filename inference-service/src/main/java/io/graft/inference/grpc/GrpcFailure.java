package io.graft.inference.grpc;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.inference.prediction.MemoryShortage;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Whatever goes wrong behind a call becomes a status, and nothing of the inside gets out. */
final class GrpcFailure {

    /** The problem's code, beside the status, whose own codes are few. */
    static final Metadata.Key<String> CODE = Metadata.Key.of("code", Metadata.ASCII_STRING_MARSHALLER);

    private static final Logger LOG = LoggerFactory.getLogger(GrpcFailure.class);

    private GrpcFailure() {
    }

    static StatusRuntimeException of(Throwable failure) {
        if (failure instanceof Problem problem && problem.type() != ProblemType.BROKEN) {
            Metadata trailers = new Metadata();
            trailers.put(CODE, problem.code());
            return status(problem).withDescription(problem.sentence()).asRuntimeException(trailers);
        }
        if (failure instanceof OutOfMemoryError) {
            LOG.error("No memory for a request", failure);
            return of(MemoryShortage.during("this request"));
        }
        LOG.error("Call failed code={}", failure instanceof Problem problem ? problem.code() : Status.Code.INTERNAL,
                failure);
        return Status.INTERNAL.withDescription("the service failed on this request (its log says why)").asRuntimeException();
    }

    private static Status status(Problem problem) {
        return switch (problem.type()) {
            case INVALID -> Status.INVALID_ARGUMENT;
            case MISSING -> Status.NOT_FOUND;
            case BUSY -> problem.code().equals("PREDICTION_TIMEOUT") ? Status.DEADLINE_EXCEEDED : Status.UNAVAILABLE;
            case BROKEN -> Status.INTERNAL;
        };
    }
}
