package io.graft.inference.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

class ProblemMappingTest {

    @ParameterizedTest
    @CsvSource({ "INVALID, TOP_INVALID, 400", "INVALID, SAMPLE_CONTENT_TYPE_UNSUPPORTED, 415",
            "INVALID, SAMPLE_TOO_LARGE, 413", "MISSING, TASK_UNKNOWN, 404", "BUSY, PREDICTION_QUEUE_FULL, 503",
            "BROKEN, BACKBONE_FAILED, 500" })
    void givesEachTypeItsStatus(ProblemType type, String code, int status) {
        // When
        Problem problem = switch (type) {
            case INVALID -> Problem.invalid(code, "sentence");
            case MISSING -> Problem.missing(code, "sentence");
            case BUSY -> Problem.busy(code, "sentence");
            case BROKEN -> Problem.broken(code, "sentence");
        };

        // Then
        assertThat(ProblemMapping.status(problem).getStatusCode()).isEqualTo(status);
    }
}
