package io.graft.inference.serving;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

import io.graft.inference.health.PromptCheck;

/** Ready once the models and promotions are read to their ends as of the start. */
@Startup
@Readiness
@Singleton
final class ReplayReadiness implements PromptCheck {

    private final ServingTable table;
    private final ServingReplay replay;

    ReplayReadiness(ServingTable table, ServingReplay replay) {
        this.table = table;
        this.replay = replay;
    }

    @Override
    public HealthCheckResponse check() {
        return HealthCheckResponse.named("models-read").status(table.isSettled())
                .withData("remainingCount", replay.remainingCount()).build();
    }
}
