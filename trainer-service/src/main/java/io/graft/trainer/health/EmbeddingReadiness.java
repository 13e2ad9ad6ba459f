package io.graft.trainer.health;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

import io.graft.problem.Problem;
import io.graft.trainer.embedding.SampleEmbedding;

/** Red while the samples whose turn it is cannot be embedded, with why: they wait, and nothing is lost. */
@Readiness
@ApplicationScoped
class EmbeddingReadiness implements HealthCheck {

    private final SampleEmbedding embedding;

    @Inject
    EmbeddingReadiness(SampleEmbedding embedding) {
        this.embedding = embedding;
    }

    @Override
    public HealthCheckResponse call() {
        return response(embedding.setback());
    }

    static HealthCheckResponse response(Optional<Problem> setback) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("embedding").status(setback.isEmpty());
        setback.ifPresent(problem -> response.withData("code", problem.code()).withData("reason", problem.sentence()));
        return response.build();
    }
}
