package io.graft.trainer.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import io.graft.digest.Digests;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * The features of a task at one moment, copied once into direct memory: training rows first, then validation rows, each side
 * in the order of the sample ids. On the training side a sample's row is followed by those of its augmented views.
 */
public final class FeatureSnapshot {

    /** Code of a snapshot that would have no sample. */
    public static final String NO_FEATURES = "TRAINING_SAMPLES_MISSING";

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
        private final Map<BackboneKey, Long> leftOut;
        private final ByteBuffer features;
        private final List<SampleId> ids;
        private final List<String> sampleLabels;
        private final List<Integer> sampleRowCounts;
        private final Map<SampleId, SampleOrigin> origins = new HashMap<>();
        private final Set<SampleId> withSplit = new HashSet<>();
        private final TreeSet<String> precisions = new TreeSet<>();
        private final int viewCount;
        private int trainCount;

        Builder(TaskId task, BackboneKey backbone, int sampleCount, int viewCount, long end, Map<BackboneKey, Long> leftOut) {
            int dimension = backbone.dimension();
            long sizeBytes = ((long) sampleCount + viewCount) * dimension * Float.BYTES;
            if (sizeBytes > Integer.MAX_VALUE) {
                throw Problem.invalid("TRAINING_SAMPLES_TOO_MANY", "task '" + task + "' has " + sizeBytes
                        + " bytes of features (expected: at most " + Integer.MAX_VALUE + ")");
            }
            if (sampleCount == 0) {
                throw SnapshotCopy.noFeatures(task, Optional.of(backbone.id()), leftOut);
            }
            this.task = task;
            this.backbone = backbone;
            this.dimension = dimension;
            this.end = end;
            this.leftOut = leftOut;
            this.features = ByteBuffer.allocateDirect((int) sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
            this.ids = new ArrayList<>(sampleCount);
            this.sampleLabels = new ArrayList<>(sampleCount);
            this.sampleRowCounts = new ArrayList<>(sampleCount);
            this.viewCount = viewCount;
        }

        /** Takes the next sample, of the training side as long as there are any: its own row, then those of its views. */
        void add(SampleId id, SampleRow said, Split side, String precision, List<ByteBuffer> rows) {
            ids.add(id);
            origins.put(id, said.origin());
            if (said.split().isPresent()) {
                withSplit.add(id);
            }
            sampleLabels.add(said.label());
            sampleRowCounts.add(rows.size());
            precisions.add(precision);
            rows.forEach(features::put);
            if (side == Split.TRAIN) {
                trainCount++;
            }
        }

        FeatureSnapshot build() {
            features.flip();
            List<String> labels = List.copyOf(new TreeSet<>(sampleLabels));
            int[] labelIndexes = IntStream.range(0, ids.size()).flatMap(sample -> {
                int label = Collections.binarySearch(labels, sampleLabels.get(sample));
                return IntStream.range(0, sampleRowCounts.get(sample)).map(row -> label);
            }).toArray();
            return new FeatureSnapshot(this, labels, labelIndexes, digest());
        }

        private String digest() {
            MessageDigest whole = Digests.newSha256();
            MessageDigest one = Digests.newSha256();
            int rowBytes = dimension * Float.BYTES;
            int[] firstRows = new int[ids.size()];
            for (int sample = 1; sample < firstRows.length; sample++) {
                firstRows[sample] = firstRows[sample - 1] + sampleRowCounts.get(sample - 1);
            }
            IntStream.range(0, ids.size()).boxed().sorted(Comparator.comparing(ids::get)).forEach(sample -> {
                String split = (sample < trainCount ? Split.TRAIN : Split.VALIDATION).word();
                for (String field : List.of(ids.get(sample).value(), sampleLabels.get(sample), split)) {
                    whole.update(field.getBytes(StandardCharsets.UTF_8));
                    whole.update((byte) 0);
                }
                one.update(features.slice(firstRows[sample] * rowBytes, sampleRowCounts.get(sample) * rowBytes));
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

    /**
     * Holds the labels against their bound: an evaluation grows with their square.
     *
     * @throws Problem INVALID when there are more
     */
    public void requireLabelCountAtMost(int max) {
        if (labels.size() > max) {
            throw Problem.invalid("TRAINING_LABELS_TOO_MANY",
                    "task '" + task() + "' has " + labels.size() + " labels (expected: at most " + max + ")");
        }
    }

    /** [rows], into {@link #labels()}. */
    public int[] labelIndexes() {
        return labelIndexes;
    }

    /** In the order of their rows. */
    public List<SampleId> sampleIds() {
        return Collections.unmodifiableList(content.ids);
    }

    /** What each sample was made of. */
    public Map<SampleId, SampleOrigin> origins() {
        return Collections.unmodifiableMap(content.origins);
    }

    /** How many rows each sample has, in the order of the rows: its own, and those of its views. */
    public List<Integer> rowCounts() {
        return Collections.unmodifiableList(content.sampleRowCounts);
    }

    /** Little-endian float32, [rows, dimension], direct; the caller may write to it. */
    public ByteBuffer features() {
        return content.features;
    }

    /** Samples on the training side. */
    public int trainCount() {
        return content.trainCount;
    }

    /** Training rows of augmented views, beside those of the samples. */
    public int viewCount() {
        return content.viewCount;
    }

    /** Rows to train on, the first ones. */
    public int trainRowCount() {
        return content.trainCount + content.viewCount;
    }

    /** Samples on the validation side, each of one row. */
    public int validationCount() {
        return content.ids.size() - content.trainCount;
    }

    /** Whether a sample on the validation side is on it with another fraction too. One that names its split always is. */
    public boolean isValidated(SampleId id, double validationFraction) {
        return content.withSplit.contains(id)
                || Split.ofKey(new SampleKey(content.task, id), validationFraction) == Split.VALIDATION;
    }

    /** How many samples are left out, by the backbone that their features are of. */
    public Map<BackboneKey, Long> leftOut() {
        return Collections.unmodifiableMap(content.leftOut);
    }

    /** The offset in the task's partition of {@code sample-features} before which everything is in it, and nothing else. */
    public long end() {
        return content.end;
    }

    /**
     * Over the samples in the order of their ids: of each the id, the label and the split, in UTF-8 with a zero byte behind
     * them, then the SHA-256 (32 bytes) of the little-endian float32 numbers of its rows; 64 hex digits.
     */
    public String sha256() {
        return sha256;
    }
}
