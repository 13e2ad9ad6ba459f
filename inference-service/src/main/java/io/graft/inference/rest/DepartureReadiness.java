package io.graft.inference.rest;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

import io.graft.inference.health.PromptCheck;

/** Red from the service's end on: others stop sending calls to it. */
@Readiness
@Singleton
final class DepartureReadiness implements PromptCheck {

    private final Departure departure;

    DepartureReadiness(Departure departure) {
        this.departure = departure;
    }

    @Override
    public HealthCheckResponse check() {
        return HealthCheckResponse.named("shutdown").status(!departure.hasBegun()).build();
    }
}
