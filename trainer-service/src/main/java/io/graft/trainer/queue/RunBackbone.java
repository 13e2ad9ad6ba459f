package io.graft.trainer.queue;

import java.util.Map;
import java.util.Optional;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.common.TopicPartition;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.Backbones;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.table.BackboneKey;

/**
 * Whose features a run trains on: the backbone that the request names, else the one that the task is bound to, else the one
 * that most of its samples have features of. Sees to it that the samples have features of it.
 */
@Singleton
class RunBackbone {

    private final Backbones backbones;
    private final TrainerMemory memory;
    private final SampleArrival arrival;
    private final LackingFeatures lacking;

    @Inject
    RunBackbone(Backbones backbones, TrainerMemory memory, SampleArrival arrival, LackingFeatures lacking) {
        this.backbones = backbones;
        this.memory = memory;
        this.arrival = arrival;
        this.lacking = lacking;
    }

    /**
     * What a run trains on.
     *
     * @param backbone absent: it is none that this process opens, as of vectors
     * @param ends of the features that the memory has read
     */
    record Ready(Optional<BackboneKey> backbone, Map<TopicPartition, Long> ends) {
    }

    /**
     * Embeds what the run's backbone lacks, and waits until the memory has it.
     *
     * @param ends of the features that the memory has read
     * @throws Problem INVALID when the request names a backbone that is not configured; BROKEN when the backbone cannot be
     *         opened, or it takes too long; BUSY when the broker does not answer
     */
    Ready prepare(QueuedRequest request, int partition, Map<TopicPartition, Long> ends, LackingFeatures.Listener listener)
            throws InterruptedException {
        request.request().backbone().ifPresent(backbones::requireKnown);
        Optional<BackboneId> id = request.request().backbone().or(() -> memory.models().backbone(request.task()))
                .or(() -> memory.features().usualBackbone(request.task())).filter(backbones::isConfigured);
        if (id.isEmpty()) {
            return new Ready(Optional.empty(), ends);
        }
        BackboneDescriptor descriptor = backbones.descriptor(id.get()).orElseGet(() -> open(id.get()).descriptor());
        Map<TopicPartition, Long> reached = ends;
        while (lacking.embed(request.task(), descriptor, () -> open(id.get()), listener)) {
            reached = arrival.awaitMemory(partition);
        }
        return new Ready(Optional.of(BackboneKey.of(descriptor)), reached);
    }

    /** That no further one may be open does not pass by itself: the run fails, and the task goes on without it. */
    private Backbone open(BackboneId id) {
        try {
            return backbones.open(id);
        } catch (Problem e) {
            throw e.type() == ProblemType.BUSY ? Problem.broken(e.code(), e.sentence(), e) : e;
        }
    }
}
