package io.graft.trainer.embedding;

import java.time.Instant;
import java.util.List;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.id.TaskId;
import io.graft.trace.RecordTrace;
import io.graft.trace.Tracing;
import io.graft.trainer.embedding.EmbeddingOutcome.Deleted;
import io.graft.trainer.embedding.EmbeddingOutcome.Embedded;
import io.graft.trainer.embedding.EmbeddingOutcome.Rejected;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.context.Context;

/**
 * Takes the traces that samples came with on to their features. Samples are embedded in batches, which have a trace of their
 * own; each sample's trace has a span as long as its batch, linked to the batch.
 */
final class SampleTraces {

    private final Tracing tracing;

    SampleTraces(Tracing tracing) {
        this.tracing = tracing;
    }

    /**
     * A batch has been embedded.
     *
     * @param outcomes of the records, in their order
     * @param written what will be written for them, in their order; a dead letter keeps its headers as they came
     */
    void embedded(List<ConsumerRecord<byte[], byte[]>> batch, List<EmbeddingOutcome> outcomes,
            List<ProducerRecord<byte[], byte[]>> written, Instant begunAt) {
        for (int i = 0; i < batch.size(); i++) {
            if (RecordTrace.isIn(batch.get(i).headers())) {
                embedded(batch.get(i), outcomes.get(i), written.get(i), begunAt);
            }
        }
    }

    private void embedded(ConsumerRecord<byte[], byte[]> record, EmbeddingOutcome outcome,
            ProducerRecord<byte[], byte[]> written, Instant begunAt) {
        Context parent = RecordTrace.of(record.headers());
        SpanBuilder builder = tracing.processing(record.topic(), parent).setStartTimestamp(begunAt)
                .addLink(Span.current().getSpanContext()).setAttribute("graft.outcome", outcome.word());
        if (outcome instanceof Embedded embedded) {
            attribute(builder, embedded.feature().key().task()).setAttribute("graft.backbone",
                    embedded.feature().backbone().value());
        } else if (outcome instanceof Deleted deleted) {
            attribute(builder, deleted.event().key().task());
        }
        Span span = builder.startSpan();
        if (!(outcome instanceof Rejected)) {
            RecordTrace.write(parent.with(span), written);
        }
        span.end();
    }

    private static SpanBuilder attribute(SpanBuilder builder, TaskId task) {
        return builder.setAttribute("graft.task", task.value());
    }
}
