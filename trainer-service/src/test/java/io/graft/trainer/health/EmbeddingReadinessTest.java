package io.graft.trainer.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;

class EmbeddingReadinessTest {

    @Test
    void isRedWithTheReasonWhileSamplesWait() {
        // When
        HealthCheckResponse red = EmbeddingReadiness
                .response(Optional.of(Problem.broken("BACKBONE_BROKEN", "backbone 'minilm' cannot be opened: no file")),
                        Map.of());
        HealthCheckResponse green = EmbeddingReadiness.response(Optional.empty(), Map.of());

        // Then
        assertThat(red.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(red.getData()).contains(
                Map.of("code", "BACKBONE_BROKEN", "reason", "backbone 'minilm' cannot be opened: no file"));
        assertThat(green.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }

    @Test
    void namesTheBackbonesThatTasksDoWithoutAndStaysGreen() {
        // Given
        Problem full = Problem.busy("BACKBONES_TOO_MANY", "backbone 'big' cannot be opened: no further one may be open");

        // When
        HealthCheckResponse response = EmbeddingReadiness.response(Optional.empty(), Map.of(new BackboneId("big"), full));

        // Then
        assertThat(response.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(response.getData()).contains(Map.of("backbone big",
                "BACKBONES_TOO_MANY: backbone 'big' cannot be opened: no further one may be open"));
    }
}
