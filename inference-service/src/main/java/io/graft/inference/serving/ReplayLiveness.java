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
        return replay.failure()
                .map(failure -> HealthCheckResponse.named("models-replay").down()
                        .withData("failure", String.valueOf(failure.getMessage())).build())
                .orElseGet(() -> HealthCheckResponse.named("models-replay").up().build());
    }
}
