package io.graft.trainer.health;

import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;

/** A check that looks only at what is in memory: a probe is answered also while every thread is taken. */
interface PromptCheck extends AsyncHealthCheck {

    /** On the thread of a connection: waits for nothing. */
    HealthCheckResponse check();

    @Override
    default Uni<HealthCheckResponse> call() {
        return Uni.createFrom().item(this::check);
    }
}
