package io.graft.trainer.health;

import java.util.Map;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.trainer.embedding.SampleEmbedding;

/**
 * Red while the samples whose turn it is cannot be embedded, with why: they wait, and nothing is lost. Names the backbones that
 * tasks do without for now, which holds up nobody.
 */
@Readiness
@ApplicationScoped
class EmbeddingReadiness implements PromptCheck {

    private final SampleEmbedding embedding;

    @Inject
    EmbeddingReadiness(SampleEmbedding embedding) {
        this.embedding = embedding;
    }

    @Override
    public HealthCheckResponse check() {
        return response(embedding.setback(), embedding.closedBackbones());
    }

    static HealthCheckResponse response(Optional<Problem> setback, Map<BackboneId, Problem> closedBackbones) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("embedding").status(setback.isEmpty());
        setback.ifPresent(problem -> response.withData("code", problem.code()).withData("reason", problem.sentence()));
        closedBackbones
                .forEach((id, problem) -> response.withData("backbone " + id, problem.code() + ": " + problem.sentence()));
        return response.build();
    }
}
