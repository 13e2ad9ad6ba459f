package io.graft.inference.prediction;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

import io.graft.inference.health.PromptCheck;

/** Alive as long as every worker of every backbone is. */
@Liveness
@Singleton
final class BatcherLiveness implements PromptCheck {

    private final Batchers batchers;

    BatcherLiveness(Batchers batchers) {
        this.batchers = batchers;
    }

    @Override
    public HealthCheckResponse check() {
        return PromptCheck.ofWork("backbone-workers", batchers.failure());
    }
}
