package io.graft.inference.serving;

import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

import io.graft.inference.health.PromptCheck;
import io.graft.inference.serving.VersionState.Refused;
import io.graft.model.ModelKey;

/**
 * Says which promoted versions were refused. Never red: what served before goes on, and another replica would refuse them too.
 */
@Readiness
@Singleton
final class PromotionReadiness implements PromptCheck {

    private static final int NAMED_COUNT_MAX = 20;

    private final ServingTable table;

    PromotionReadiness(ServingTable table) {
        this.table = table;
    }

    @Override
    public HealthCheckResponse check() {
        List<Map.Entry<ModelKey, Refused>> refused = table.refusedPromotions();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("promotions-followed").up().withData("refusedCount",
                refused.size());
        refused.stream().limit(NAMED_COUNT_MAX).forEach(entry -> response.withData(entry.getKey().toString(),
                entry.getValue().problem().code() + ": " + entry.getValue().problem().sentence()));
        return response.build();
    }
}
