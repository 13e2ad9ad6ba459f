package io.graft.trainer.health;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

import io.graft.trainer.embedding.SampleEmbedding;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.queue.TrainRequestDoor;
import io.graft.trainer.queue.TrainingQueue;
import io.graft.trainer.trigger.TriggerClock;

/** Red when the thread of a stage has ended: never stale silence. */
@Liveness
@ApplicationScoped
class StagesLiveness implements PromptCheck {

    private final SampleEmbedding embedding;
    private final TrainRequestDoor door;
    private final TrainingQueue queue;
    private final TrainerMemory memory;
    private final TriggerClock triggers;

    @Inject
    StagesLiveness(SampleEmbedding embedding, TrainRequestDoor door, TrainingQueue queue, TrainerMemory memory,
            TriggerClock triggers) {
        this.embedding = embedding;
        this.door = door;
        this.queue = queue;
        this.memory = memory;
        this.triggers = triggers;
    }

    @Override
    public HealthCheckResponse check() {
        Map<String, Optional<Throwable>> failures = new LinkedHashMap<>();
        failures.put("embedding", embedding.failure());
        failures.put("train-requests", door.failure());
        failures.put("training-queue", queue.failure());
        failures.put("memory", memory.replay().failure());
        failures.put("training-triggers", triggers.failure());
        HealthCheckResponseBuilder response = HealthCheckResponse.named("stages")
                .status(failures.values().stream().allMatch(Optional::isEmpty));
        failures.forEach((stage, failure) -> response.withData(stage, failure.map(String::valueOf).orElse("running")));
        return response.build();
    }
}
