package io.graft.inference.feedback;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive as long as feedback of other replicas is read. */
@Liveness
@Singleton
final class FeedbackLiveness implements HealthCheck {

    private final FeedbackStream stream;

    FeedbackLiveness(FeedbackStream stream) {
        this.stream = stream;
    }

    @Override
    public HealthCheckResponse call() {
        return stream.failure()
                .map(failure -> HealthCheckResponse.named("prediction-feedback").down()
                        .withData("failure", String.valueOf(failure.getMessage())).build())
                .orElseGet(() -> HealthCheckResponse.named("prediction-feedback").up().build());
    }
}
