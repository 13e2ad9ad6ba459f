package io.graft.trainer.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

import io.graft.feature.Embedding;
import io.graft.feature.Feature;
import io.graft.feature.FeatureCodec;
import io.graft.feature.FeatureKey;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;

/** Features of made-up samples: clouds of points around a centre for each label. */
public final class DrawnFeatures {

    public static final TaskId TASK = new TaskId("birds");
    private static final BackboneId BACKBONE = new BackboneId("vector");
    private static final String BACKBONE_SHA256 = "ab".repeat(32);

    private DrawnFeatures() {
    }

    /** Whose features these are. */
    public static BackboneReference backbone(int dimension) {
        return new BackboneReference(BACKBONE, BACKBONE_SHA256, dimension, "float32");
    }

    /**
     * A cloud for each label, the labels in turn.
     *
     * @param distance of a cloud's centre from the others in each of its own dimensions; a cloud's deviation is 1
     */
    public static List<Feature> clouds(int count, int dimension, int labelCount, double distance, long seed) {
        Random random = new Random(seed);
        List<Feature> features = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] values = new float[dimension];
            for (int d = 0; d < dimension; d++) {
                values[d] = (float) (random.nextGaussian() + (d % labelCount == i % labelCount ? distance : 0));
            }
            features.add(feature("sample-" + i, 1000 + i, "label-" + i % labelCount, values));
        }
        return features;
    }

    public static Feature feature(String id, long timestampMs, String label, float... values) {
        return new Feature(new SampleKey(TASK, new SampleId(id)), timestampMs, new Label(label), Optional.empty(),
                "cd".repeat(32), BACKBONE, BACKBONE_SHA256, "float32", new Embedding(values));
    }

    /** The same sample with another label. */
    public static Feature relabelled(Feature feature, String label) {
        return new Feature(feature.key(), feature.timestampMs() + 1_000_000, new Label(label), feature.split(),
                feature.sampleSha256(), feature.backbone(), feature.backboneSha256(), feature.precision(),
                feature.embedding(), feature.views());
    }

    /** The same with augmented views, each of which is its numbers moved a little. */
    public static Feature viewed(Feature feature, int viewCount) {
        List<Embedding> views = new ArrayList<>();
        for (int view = 1; view <= viewCount; view++) {
            float[] values = feature.embedding().values().clone();
            values[0] += 0.1f * view;
            views.add(new Embedding(values));
        }
        return new Feature(feature.key(), feature.timestampMs(), feature.label(), feature.split(), feature.sampleSha256(),
                feature.backbone(), feature.backboneSha256(), feature.precision(), feature.embedding(), views);
    }

    /** A task that has received these in their order. */
    public static TaskFeatures table(List<Feature> features) {
        TaskFeatures table = new TaskFeatures(TASK, key -> true);
        for (Feature feature : features) {
            table.apply(FeatureKey.of(feature.key()), record(feature, table));
        }
        return table;
    }

    private static ConsumerRecord<byte[], byte[]> record(Feature feature, TaskFeatures table) {
        return new ConsumerRecord<>("sample-features", 0, table.count(), feature.timestampMs(), TimestampType.CREATE_TIME, 0, 0,
                feature.key().toBytes(), FeatureCodec.encode(feature), new RecordHeaders(), Optional.empty());
    }
}
