package io.graft.trainer.embedding;

import java.nio.charset.StandardCharsets;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

import io.graft.event.DeadLetter;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.feature.FeatureKey;
import io.graft.id.TaskId;
import io.graft.sample.SampleKey;

/**
 * Records of {@code sample-features}, each on the partition of its task and with the timestamp of its sample.
 *
 * @param topic {@code sample-features} behind its prefix
 * @param partitionCount of that topic
 */
public record FeatureRecords(String topic, int partitionCount) {

    ProducerRecord<byte[], byte[]> of(EmbeddingOutcome outcome) {
        if (outcome instanceof EmbeddingOutcome.Embedded embedded) {
            return of(embedded.feature());
        }
        if (outcome instanceof EmbeddingOutcome.Deleted deleted) {
            return tombstone(deleted.event().key(), deleted.event().timestampMs());
        }
        EmbeddingOutcome.Rejected rejected = (EmbeddingOutcome.Rejected) outcome;
        return DeadLetter.of(rejected.record(), rejected.problem());
    }

    /** The record of a feature. */
    public ProducerRecord<byte[], byte[]> of(Feature feature) {
        return record(FeatureKey.of(feature.key()), feature.timestampMs(), FeatureCodec.encode(feature));
    }

    /** The record of a further feature, beside the one that the sample has by another backbone. */
    public ProducerRecord<byte[], byte[]> further(Feature feature) {
        return record(FeatureKey.further(feature.key(), feature.backbone()), feature.timestampMs(),
                FeatureCodec.encode(feature));
    }

    /** The record that removes a feature. */
    public ProducerRecord<byte[], byte[]> tombstone(SampleKey key, long timestampMs) {
        return record(FeatureKey.of(key), timestampMs, null);
    }

    private ProducerRecord<byte[], byte[]> record(FeatureKey key, long timestampMs, byte @Nullable [] value) {
        return new ProducerRecord<>(topic, partition(key.sample().task(), partitionCount), Math.max(0, timestampMs),
                key.toBytes(),
                value);
    }

    /** The partition of a task among so many: what Kafka's own partitioner does with the task as key. */
    public static int partition(TaskId task, int partitionCount) {
        return Utils.toPositive(Utils.murmur2(task.value().getBytes(StandardCharsets.UTF_8))) % partitionCount;
    }
}
