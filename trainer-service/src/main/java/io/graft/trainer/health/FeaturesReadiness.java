package io.graft.trainer.health;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.queue.TrainingQueue;

/** Green once the features of this replica's partitions are in memory; the backbone was opened before that. */
@Readiness
@ApplicationScoped
class FeaturesReadiness implements PromptCheck {

    private final TrainerMemory memory;
    private final TrainingQueue queue;

    @Inject
    FeaturesReadiness(TrainerMemory memory, TrainingQueue queue) {
        this.memory = memory;
        this.queue = queue;
    }

    @Override
    public HealthCheckResponse check() {
        return HealthCheckResponse.named("features in memory").status(queue.isOwning() && memory.replay().hasCaughtUp())
                .withData("remainingCount", memory.replay().remainingCount()).build();
    }
}
