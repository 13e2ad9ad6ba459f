package io.graft.inference.prediction;

import java.util.Locale;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

import io.graft.inference.health.PromptCheck;
import io.graft.inference.serving.ServingTable;

/**
 * Ready once every backbone that the history needs is loaded and warm, or cannot be; one that a later version needs changes
 * nothing.
 */
@Readiness
@Singleton
final class BackboneReadiness implements PromptCheck {

    private static final int NAMED_COUNT_MAX = 50;

    private final ServingTable table;
    private final BackboneLoader loader;

    BackboneReadiness(ServingTable table, BackboneLoader loader) {
        this.table = table;
        this.loader = loader;
    }

    @Override
    public HealthCheckResponse check() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("backbones-loaded").status(table.isComplete());
        loader.statuses().stream().limit(NAMED_COUNT_MAX).forEach(
                backbone -> response.withData(backbone.id().value(), backbone.state().name().toLowerCase(Locale.ROOT)));
        return response.build();
    }
}
