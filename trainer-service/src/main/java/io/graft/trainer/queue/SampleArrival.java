package io.graft.trainer.queue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

import io.graft.event.Topics;
import io.graft.problem.Problem;
import io.graft.trainer.embedding.SampleEmbedding;
import io.graft.trainer.memory.TrainerMemory;

/** Waits until a run may begin: the samples before its request are features, and the features are in memory. */
@Singleton
class SampleArrival {

    private static final long LOOK_AGAIN_MS = 50;
    private static final Duration SAY_AGAIN = Duration.ofSeconds(1);

    private final Topics topics;
    private final Offsets offsets;
    private final TrainerMemory memory;
    private final TrainingConfig config;

    /** Hears how many samples are missing while there are some; what it throws ends the wait. */
    @FunctionalInterface
    interface Listener {

        /**
         * Called each time that the broker was asked.
         *
         * @param due whether enough time has passed to say it again
         */
        void missing(long sampleCount, boolean due);
    }

    @Inject
    SampleArrival(Topics topics, Admin admin, TrainerMemory memory, TrainingConfig config) {
        this.topics = topics;
        this.offsets = new Offsets(admin);
        this.memory = memory;
        this.config = config;
    }

    /**
     * Waits.
     *
     * @param partition of the task
     * @return the end of the features
     * @throws Problem BROKEN when it takes too long, BUSY when the broker could not be asked
     */
    Map<TopicPartition, Long> await(QueuedRequest request, int partition, Listener listener) throws InterruptedException {
        awaitSamples(request, listener);
        return awaitMemory(partition);
    }

    /** The group's committed offsets pass those of the request: every sample before it is a feature, or a dead letter. */
    private void awaitSamples(QueuedRequest request, Listener listener) throws InterruptedException {
        String group = SampleEmbedding.group(topics);
        long begunAtNanos = System.nanoTime();
        long saidAtNanos = begunAtNanos - SAY_AGAIN.toNanos();
        long remaining = offsets.remainingCount(group, topics.labelledSamples(), request.samplesUntil());
        while (remaining > 0) {
            long now = System.nanoTime();
            boolean due = now - saidAtNanos >= SAY_AGAIN.toNanos();
            saidAtNanos = due ? now : saidAtNanos;
            listener.missing(remaining, due);
            if (now - begunAtNanos > config.waitLimit().toNanos()) {
                throw Problem.broken("TRAINING_SAMPLES_LATE", "task '" + request.task() + "' waited " + config.waitLimit()
                        + " for " + remaining + " samples to be embedded (expected: an embedder that keeps up)");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
            remaining = offsets.remainingCount(group, topics.labelledSamples(), request.samplesUntil());
        }
    }

    /**
     * The memory has read what samples became, what earlier runs made, and who cancelled what.
     *
     * @return the end of the features
     */
    Map<TopicPartition, Long> awaitMemory(int partition) throws InterruptedException {
        Map<TopicPartition, Long> features = offsets.end(new TopicPartition(topics.sampleFeatures(), partition));
        Map<TopicPartition, Long> ends = new HashMap<>(
                offsets.ends(List.of(topics.modelReady(), topics.promotions(), topics.trainingProgress())));
        ends.putAll(features);
        if (!memory.replay().awaitApplied(ends, config.waitLimit())) {
            throw Problem.broken("TRAINING_MEMORY_LATE", "the features did not reach memory within " + config.waitLimit());
        }
        return features;
    }
}
