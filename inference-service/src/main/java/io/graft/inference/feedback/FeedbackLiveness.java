package io.graft.inference.feedback;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

import io.graft.inference.health.PromptCheck;

/** Alive as long as feedback of other replicas is read. */
@Liveness
@Singleton
final class FeedbackLiveness implements PromptCheck {

    private final FeedbackStream stream;

    FeedbackLiveness(FeedbackStream stream) {
        this.stream = stream;
    }

    @Override
    public HealthCheckResponse check() {
        return PromptCheck.ofWork("prediction-feedback", stream.failure());
    }
}
