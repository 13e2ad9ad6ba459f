package io.graft.trainer.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiConsumer;

import io.graft.event.Digests;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.Split;

/**
 * The features of a task at one moment, copied once into direct memory: training rows first, then validation rows, each side in
 * the
 * order of the sample ids.
 */
public final class FeatureSnapshot {

    private final Builder content;
    private final List<String> labels;
    private final int[] labelIndexes;
    private final ByteBuffer features;
    private final String sha256;

    private FeatureSnapshot(Builder content, List<String> labels, int[] labelIndexes, ByteBuffer features, String sha256) {
        this.content = content;
        this.labels = labels;
        this.labelIndexes = labelIndexes;
        this.features = features;
        this.sha256 = sha256;
    }

    /** Collects the samples in the order of the rows. */
    static final class Builder {

        private final TaskId task;
        private final BackboneId backbone;
        private final String backboneSha256;
        private final int dimension;
        private final List<SampleId> ids = new ArrayList<>();
        private final List<String> rowLabels = new ArrayList<>();
        private final TreeSet<String> precisions = new TreeSet<>();
        private final MessageDigest digest = Digests.newSha256();
        private int trainCount;

        Builder(TaskId task, BackboneId backbone, String backboneSha256, int dimension) {
            this.task = task;
            this.backbone = backbone;
            this.backboneSha256 = backboneSha256;
            this.dimension = dimension;
        }

        void add(SampleId id, String label, Split split, String sampleSha256, String precision) {
            ids.add(id);
            rowLabels.add(label);
            precisions.add(precision);
            if (split == Split.TRAIN) {
                trainCount++;
            }
            for (String field : List.of(id.value(), label, split.word(), sampleSha256)) {
                digest.update(field.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
        }

        /**
         * @param copier appends the row of a sample to a buffer
         */
        FeatureSnapshot build(BiConsumer<SampleId, ByteBuffer> copier) {
            long sizeBytes = (long) ids.size() * dimension * Float.BYTES;
            if (sizeBytes > Integer.MAX_VALUE) {
                throw Problem.invalid("TRAINING_SAMPLES_TOO_MANY", "task '" + task + "' has " + sizeBytes
                        + " bytes of features (expected: at most " + Integer.MAX_VALUE + ")");
            }
            ByteBuffer features = ByteBuffer.allocateDirect((int) sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
            ids.forEach(id -> copier.accept(id, features));
            features.flip();
            digest.update(features.duplicate());
            List<String> labels = List.copyOf(new TreeSet<>(rowLabels));
            int[] labelIndexes = rowLabels.stream().mapToInt(label -> Collections.binarySearch(labels, label))
                    .toArray();
            return new FeatureSnapshot(this, labels, labelIndexes, features, HexFormat.of().formatHex(digest.digest()));
        }
    }

    public BackboneId backbone() {
        return content.backbone;
    }

    public String backboneSha256() {
        return content.backboneSha256;
    }

    public int dimension() {
        return content.dimension;
    }

    /** What the features were computed in; several joined by {@code +}. */
    public String precision() {
        return String.join("+", content.precisions);
    }

    /** Distinct, sorted. */
    public List<String> labels() {
        return labels;
    }

    /** [rows], into {@link #labels()}. */
    public int[] labelIndexes() {
        return labelIndexes;
    }

    /** Little-endian float32, [rows, dimension], direct; the caller may write to it. */
    public ByteBuffer features() {
        return features;
    }

    public int trainCount() {
        return content.trainCount;
    }

    public int validationCount() {
        return content.ids.size() - content.trainCount;
    }

    /** Over id, label, split and content digest of every row, then over all numbers; 64 hex digits. */
    public String sha256() {
        return sha256;
    }
}
