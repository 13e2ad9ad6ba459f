package io.graft.inference.serving;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

import io.graft.inference.health.PromptCheck;

/** Alive as long as the replay is: without it no new version would ever serve. */
@Liveness
@Singleton
final class ReplayLiveness implements PromptCheck {

    private final ServingReplay replay;

    ReplayLiveness(ServingReplay replay) {
        this.replay = replay;
    }

    @Override
    public HealthCheckResponse check() {
        return PromptCheck.ofWork("models-replay", replay.failure());
    }
}
