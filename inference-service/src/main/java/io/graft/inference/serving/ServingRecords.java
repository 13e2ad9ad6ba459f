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

/**
 * Records of {@code model-ready} and {@code promotions} to calls of the table. One that cannot be read is logged and passed.
 */
final class ServingRecords implements TopicReplay.Handler {

    private static final Logger LOG = LoggerFactory.getLogger(ServingRecords.class);

    private final Topics topics;
    private final ServingTable table;

    ServingRecords(Topics topics, ServingTable table) {
        this.topics = topics;
        this.table = table;
    }

    @Override
    public void apply(ConsumerRecord<byte[], byte[]> record) {
        try {
            if (record.topic().equals(topics.modelReady())) {
                applyModel(record);
            } else {
                applyPromotion(record);
            }
        } catch (Problem e) {
            if (e.type() == ProblemType.BROKEN) {
                throw e;
            }
            LOG.warn("Record passed over topic={} partition={} offset={} code={} reason=\"{}\"", record.topic(),
                    record.partition(), record.offset(), e.code(), e.sentence());
        }
    }

    private void applyModel(ConsumerRecord<byte[], byte[]> record) {
        ModelKey key = ModelKey.parse(key(record.key()));
        Envelope envelope = Envelope.open(record);
        if (envelope.isTombstone()) {
            table.remove(key);
        } else {
            table.add(key, ModelRecord.of(envelope), RecordPlace.of(record));
        }
    }

    private void applyPromotion(ConsumerRecord<byte[], byte[]> record) {
        Promotion promotion = Promotion.parse(Envelope.open(record).body());
        require("task", promotion.task());
        require("version", promotion.version());
        require("reason", promotion.reason());
        require("at", promotion.at());
        table.promote(promotion);
    }

    private static void require(String field, @Nullable Object value) {
        if (value == null) {
            throw Problem.invalid("PROMOTION_INVALID", "promotion has no field '" + field + "'");
        }
    }

    private static String key(byte @Nullable [] key) {
        return key == null ? "" : new String(key, StandardCharsets.UTF_8);
    }
}
