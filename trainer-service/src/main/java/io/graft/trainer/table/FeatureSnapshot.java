package io.graft.trainer.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

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
    private final String sha256;

    private FeatureSnapshot(Builder content, List<String> labels, int[] labelIndexes, String sha256) {
        this.content = content;
        this.labels = labels;
        this.labelIndexes = labelIndexes;
        this.sha256 = sha256;
    }

    /** Collects the rows in their order. */
    static final class Builder {

        private final TaskId task;
        private final BackboneKey backbone;
        private final int dimension;
        private final long end;
        private final ByteBuffer features;
        private final List<SampleId> ids;
        private final List<String> rowLabels;
        private final TreeSet<String> precisions = new TreeSet<>();
        private int trainCount;

        Builder(TaskId task, BackboneKey backbone, int dimension, int sampleCount, long end) {
            long sizeBytes = (long) sampleCount * dimension * Float.BYTES;
            if (sizeBytes > Integer.MAX_VALUE) {
                throw Problem.invalid("TRAINING_SAMPLES_TOO_MANY", "task '" + task + "' has " + sizeBytes
                        + " bytes of features (expected: at most " + Integer.MAX_VALUE + ")");
            }
            if (sampleCount == 0) {
                throw TaskFeatures.noFeatures(task, Optional.of(backbone.id()));
            }
            this.task = task;
            this.backbone = backbone;
            this.dimension = dimension;
            this.end = end;
            this.features = ByteBuffer.allocateDirect((int) sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
            this.ids = new ArrayList<>(sampleCount);
            this.rowLabels = new ArrayList<>(sampleCount);
        }

        /** Takes the next row, a training row as long as there are any. */
        void add(SampleId id, String label, Split split, String precision, ByteBuffer numbers) {
            ids.add(id);
            rowLabels.add(label);
            precisions.add(precision);
            features.put(numbers);
            if (split == Split.TRAIN) {
                trainCount++;
            }
        }

        FeatureSnapshot build() {
            features.flip();
            List<String> labels = List.copyOf(new TreeSet<>(rowLabels));
            int[] labelIndexes = rowLabels.stream().mapToInt(label -> Collections.binarySearch(labels, label)).toArray();
            return new FeatureSnapshot(this, labels, labelIndexes, digest());
        }

        private String digest() {
            MessageDigest whole = Digests.newSha256();
            MessageDigest one = Digests.newSha256();
            int rowBytes = dimension * Float.BYTES;
            IntStream.range(0, ids.size()).boxed().sorted(Comparator.comparing(ids::get)).forEach(row -> {
                String split = (row < trainCount ? Split.TRAIN : Split.VALIDATION).word();
                for (String field : List.of(ids.get(row).value(), rowLabels.get(row), split)) {
                    whole.update(field.getBytes(StandardCharsets.UTF_8));
                    whole.update((byte) 0);
                }
                one.update(features.slice(row * rowBytes, rowBytes));
                whole.update(one.digest());
            });
            return HexFormat.of().formatHex(whole.digest());
        }
    }

    public TaskId task() {
        return content.task;
    }

    public BackboneId backbone() {
        return content.backbone.id();
    }

    public String backboneSha256() {
        return content.backbone.sha256();
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

    /** Of the rows, in their order. */
    public List<SampleId> sampleIds() {
        return Collections.unmodifiableList(content.ids);
    }

    /** Little-endian float32, [rows, dimension], direct; the caller may write to it. */
    public ByteBuffer features() {
        return content.features;
    }

    public int trainCount() {
        return content.trainCount;
    }

    public int validationCount() {
        return content.ids.size() - content.trainCount;
    }

    /** The offset in the task's partition of {@code sample-features} before which everything is in it, and nothing else. */
    public long end() {
        return content.end;
    }

    /**
     * Over the samples in the order of their ids: of each the id, the label and the split, in UTF-8 with a zero byte behind
     * them, then the SHA-256 (32 bytes) of the feature's little-endian float32 numbers; 64 hex digits.
     */
    public String sha256() {
        return sha256;
    }
}
