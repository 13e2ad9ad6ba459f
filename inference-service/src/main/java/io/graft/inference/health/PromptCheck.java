package io.graft.inference.health;

import java.util.Optional;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;

/** A check that looks only at what is in memory: a probe is answered also while every thread is taken. */
public interface PromptCheck extends AsyncHealthCheck {

    /** On the thread of a connection: waits for nothing. */
    HealthCheckResponse check();

    /**
     * Of work that goes on until it ends with a failure.
     *
     * @param failure absent: it goes on
     */
    static HealthCheckResponse ofWork(String name, Optional<? extends Throwable> failure) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(name).status(failure.isEmpty());
        failure.ifPresent(cause -> response.withData("failure", String.valueOf(cause.getMessage())));
        return response.build();
    }

    @Override
    default Uni<HealthCheckResponse> call() {
        return Uni.createFrom().item(this::check);
    }
}
