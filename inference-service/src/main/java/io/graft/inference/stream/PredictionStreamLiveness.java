package io.graft.inference.stream;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

import io.graft.inference.health.PromptCheck;

/** Alive as long as prediction requests are read. */
@Liveness
@Singleton
final class PredictionStreamLiveness implements PromptCheck {

    private final PredictionStream stream;

    PredictionStreamLiveness(PredictionStream stream) {
        this.stream = stream;
    }

    @Override
    public HealthCheckResponse check() {
        return PromptCheck.ofWork("prediction-requests", stream.failure());
    }
}
