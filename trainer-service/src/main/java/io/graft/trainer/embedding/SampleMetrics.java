package io.graft.trainer.embedding;

import java.util.List;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

import io.graft.problem.Problem;
import io.graft.sample.SampleKey;
import io.graft.trainer.setup.TaskTags;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Counts what came of the records of {@code labelled-samples}, after their transaction:
 * {@code records read = embedded + duplicate + deleted + rejected}. Beside it, those of the first two that did without their
 * task's backbone.
 */
@Singleton
class SampleMetrics {

    private static final Logger LOG = Logger.getLogger(SampleMetrics.class);

    private final MeterRegistry registry;
    private final TaskTags tags;
    private final Timer embedding;

    @Inject
    SampleMetrics(MeterRegistry registry, TaskTags tags) {
        this.registry = registry;
        this.tags = tags;
        this.embedding = Timer.builder("graft.sample.embedding")
                .description("From a sample's bytes to its feature: a batch's time divided by its samples").register(registry);
    }

    void count(List<ConsumerRecord<byte[], byte[]>> batch, List<EmbeddingOutcome> outcomes, long tookNanos) {
        for (int i = 0; i < outcomes.size(); i++) {
            EmbeddingOutcome outcome = outcomes.get(i);
            registry.counter("graft.samples", "task", task(batch.get(i)), "outcome", outcome.word()).increment();
            if (outcome instanceof EmbeddingOutcome.Embedded embedded) {
                embedded.lacked().ifPresent(backbone -> registry.counter("graft.samples.lacking.backbone", "task",
                        tags.of(embedded.feature().key().task()), "backbone", backbone.value()).increment());
            }
            if (outcome instanceof EmbeddingOutcome.Rejected rejected) {
                LOG.warnf("Sample rejected code=%s reason=%s topic=%s partition=%d offset=%d", rejected.problem().code(),
                        rejected.problem().sentence(), rejected.record().topic(), rejected.record().partition(),
                        rejected.record().offset());
            }
        }
        long embeddedCount = outcomes.stream().filter(outcome -> outcome.word().equals("embedded")).count();
        for (long i = 0; i < embeddedCount; i++) {
            embedding.record(tookNanos / embeddedCount, TimeUnit.NANOSECONDS);
        }
    }

    /** A batch could not be embedded, and is tried again. */
    void countSetback(Problem problem) {
        registry.counter("graft.embedding.setbacks", "code", problem.code()).increment();
    }

    private String task(ConsumerRecord<byte[], byte[]> record) {
        try {
            return tags.of(SampleKey.parse(record.key()).task());
        } catch (Problem e) {
            return TaskTags.NONE;
        }
    }
}
