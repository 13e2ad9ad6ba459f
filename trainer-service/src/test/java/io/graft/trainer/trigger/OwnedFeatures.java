package io.graft.trainer.trigger;

import java.util.List;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.graft.event.ContractJson;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.id.BackboneId;
import io.graft.id.TaskId;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.testing.Records;
import io.graft.trainer.history.ModelHistory;
import io.graft.trainer.table.FeatureTable;

/** The features and versions of a replica that owns one partition, as records make them. */
final class OwnedFeatures {

    static final Topics TOPICS = new Topics("");
    static final int PARTITION = 2;

    private final ModelHistory models = new ModelHistory(TOPICS, 10);
    private final FeatureTable table = new FeatureTable(key -> true, new FeatureTable.Listener() {
        @Override
        public void taskAdded(TaskId task) {
        }

        @Override
        public void skipped(String code) {
            throw new AssertionError("a feature was skipped: " + code);
        }
    });
    private long end;

    FeatureTable table() {
        return table;
    }

    ModelHistory models() {
        return models;
    }

    long end() {
        return end;
    }

    void put(String task, String id) {
        SampleKey key = SampleKey.parse(Records.utf8(task + "/" + id));
        byte[] feature = FeatureCodec.encode(new Feature(key, end, new Label("owl"), Optional.empty(), "cd".repeat(32),
                new BackboneId("vector"), "ab".repeat(32), "float32", new Embedding(new float[] { 1 })));
        apply(key, feature);
    }

    void delete(String task, String id) {
        apply(SampleKey.parse(Records.utf8(task + "/" + id)), null);
    }

    private void apply(SampleKey key, byte @Nullable [] value) {
        table.apply(record(TOPICS.sampleFeatures(), PARTITION, end, key.toString(), value));
        end++;
    }

    /** A version that somebody made of everything up to here. */
    void version(String task, int version) throws Exception {
        ObjectNode model = (ObjectNode) Json.LENIENT.readTree(ContractJson.MODEL_READY);
        model.put("task", task).put("version", version);
        ((ObjectNode) model.at("/dataset/offsets/0")).put("partition", PARTITION).put("end", end);
        models.apply(record(TOPICS.modelReady(), 0, version, task + "@" + version, Json.write(model)));
    }

    void sendMany(String task, List<String> ids) {
        ids.forEach(id -> put(task, id));
    }

    static ConsumerRecord<byte[], byte[]> record(String topic, int partition, long offset, String key,
            byte @Nullable [] value) {
        return new ConsumerRecord<>(topic, partition, offset, offset, TimestampType.CREATE_TIME, 0, 0, Records.utf8(key), value,
                new RecordHeaders(), Optional.empty());
    }
}
