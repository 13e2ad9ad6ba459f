package io.graft.trainer.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;

class EmbeddingReadinessTest {

    @Test
    void isRedWithTheReasonWhileSamplesWait() {
        // When
        HealthCheckResponse red = EmbeddingReadiness
                .response(Optional.of(Problem.broken("BACKBONE_BROKEN", "backbone 'minilm' cannot be opened: no file")));
        HealthCheckResponse green = EmbeddingReadiness.response(Optional.empty());

        // Then
        assertThat(red.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(red.getData()).contains(
                Map.of("code", "BACKBONE_BROKEN", "reason", "backbone 'minilm' cannot be opened: no file"));
        assertThat(green.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }
}
