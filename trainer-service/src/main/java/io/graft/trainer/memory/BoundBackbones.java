package io.graft.trainer.memory;

import java.util.Optional;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.graft.id.BackboneId;
import io.graft.id.TaskId;
import io.graft.trainer.embedding.TaskBackbones;

/** The backbones that tasks are bound to by their versions, which every replica knows of all tasks. */
@Singleton
class BoundBackbones implements TaskBackbones {

    private final TrainerMemory memory;

    @Inject
    BoundBackbones(TrainerMemory memory) {
        this.memory = memory;
    }

    @Override
    public Optional<BackboneId> of(TaskId task) {
        return memory.models().backbone(task);
    }
}
