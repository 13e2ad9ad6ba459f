package io.graft.inference.serving;

import java.nio.charset.StandardCharsets;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.event.Envelope;
import io.graft.event.RecordPlace;
import io.graft.event.TopicReplay;
import io.graft.event.Topics;
import io.graft.model.ModelKey;
import io.graft.model.Promotion;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.trace.Step;
import io.graft.trace.Tracing;

/**
 * Records of {@code model-ready} and {@code promotions} to calls of the table. One that cannot be read is logged, counted and
 * passed. What a record brings about belongs to the record's trace, but for history.
 */
final class ServingRecords implements TopicReplay.Handler {

    private static final Logger LOG = LoggerFactory.getLogger(ServingRecords.class);

    private final Topics topics;
    private final ServingTable table;
    private final ServingListener listener;
    private final Tracing tracing;

    ServingRecords(Topics topics, ServingTable table, ServingListener listener, Tracing tracing) {
        this.topics = topics;
        this.table = table;
        this.listener = listener;
        this.tracing = tracing;
    }

    @Override
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        try (Step step = tracing.isOn() && table.isSettled() ? tracing.process(record) : Step.NONE) {
            apply(record, step);
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> record, Step step) {
        try {
            if (record.topic().equals(topics.modelReady())) {
                applyModel(record, step);
            } else {
                applyPromotion(record, step);
            }
        } catch (Problem e) {
            step.fail(e.code());
            if (e.type() == ProblemType.BROKEN) {
                throw e;
            }
            LOG.warn("Record passed over topic={} partition={} offset={} code={} reason=\"{}\"", record.topic(),
                    record.partition(), record.offset(), e.code(), e.sentence());
            listener.rejected(Rejection.UNREADABLE);
        }
    }

    private void applyModel(ConsumerRecord<byte[], byte[]> record, Step step) {
        ModelKey key = ModelKey.parse(key(record.key()));
        step.set("graft.task", key.task().value()).set("graft.version", key.version().number());
        Envelope envelope = Envelope.open(record);
        if (envelope.isTombstone()) {
            table.remove(key);
        } else {
            table.add(key, ModelRecord.of(envelope), RecordPlace.of(record));
        }
    }

    private void applyPromotion(ConsumerRecord<byte[], byte[]> record, Step step) {
        Promotion promotion = Promotion.parse(Envelope.open(record).body());
        step.set("graft.task", promotion.task().value()).set("graft.version", promotion.version().number());
        table.promote(promotion);
    }

    private static String key(byte @Nullable [] key) {
        return key == null ? "" : new String(key, StandardCharsets.UTF_8);
    }
}
