package io.graft.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

class GrpcFailureTest {

    private static String code(StatusRuntimeException refusal) {
        Metadata trailers = Objects.requireNonNull(refusal.getTrailers());
        return Objects.requireNonNull(trailers.get(GrpcFailure.CODE));
    }

    @Test
    void saysOfARequestWithoutMemoryThatItMayBeTriedAgain() {
        // When
        StatusRuntimeException refusal = GrpcFailure.of(new OutOfMemoryError("Java heap space"));

        // Then
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(refusal.getStatus().getDescription()).isEqualTo("there was no memory for this request "
                + "(expected: fewer or smaller inputs at once, or more memory)");
        assertThat(code(refusal)).isEqualTo("PREDICTION_MEMORY_SHORT");
    }

    @Test
    void hasAStatusForEachKindOfProblem() {
        // Then
        assertThat(status(Problem.invalid("SOME_CODE", "something is wrong"))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status(Problem.missing("SOME_CODE", "something is wrong"))).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(status(Problem.busy("SOME_CODE", "something is wrong"))).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status(Problem.busy("PREDICTION_TIMEOUT", "it waited"))).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(status(new IllegalStateException("inside"))).isEqualTo(Status.Code.INTERNAL);
    }

    private static Status.Code status(Throwable failure) {
        return GrpcFailure.of(failure).getStatus().getCode();
    }
}
