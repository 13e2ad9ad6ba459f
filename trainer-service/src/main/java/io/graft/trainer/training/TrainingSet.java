package io.graft.trainer.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

import io.graft.id.TaskId;
import io.graft.problem.Problem;

/**
 * The snapshot that a run trains on: features with their labels, the training rows first, then the validation rows.
 * <p>
 * Every label of the snapshot gets a row in the head, one that only validation samples have included: such samples are
 * answered wrong, and the evaluation says so. A set is trained on once, because that changes its training rows; the
 * validation rows stay as they are.
 */
public final class TrainingSet {

    private final TaskId task;
    private final List<String> labels;
    private final int dimension;
    private final ByteBuffer features;
    private final int[] labelIndexes;
    private final int trainCount;
    private boolean taken;

    /**
     * Keeps the buffer and the array: the caller gives them away.
     *
     * @param labels distinct, in alphabetical order
     * @param dimension numbers in a feature
     * @param features direct buffer of float32 rows in the machine's byte order, [labelIndexes, dimension]
     * @param labelIndexes of the rows, into labels
     * @param trainCount rows to train on, the first ones; the others are for validation
     * @throws Problem INVALID when there are fewer than two labels to tell apart
     */
    public TrainingSet(TaskId task, List<String> labels, int dimension, ByteBuffer features, int[] labelIndexes,
            int trainCount) {
        require(labels.equals(labels.stream().distinct().sorted().toList()), "labels are not distinct and sorted");
        require(trainCount >= 0 && trainCount <= labelIndexes.length,
                "trainCount is " + trainCount + " of " + labelIndexes.length + " rows");
        require(Arrays.stream(labelIndexes).allMatch(index -> index >= 0 && index < labels.size()),
                "a label index is beyond the " + labels.size() + " labels");
        require(features.isDirect() && features.remaining() == (long) labelIndexes.length * dimension * Float.BYTES,
                "features have " + features.remaining() + " bytes for " + labelIndexes.length + " × " + dimension);
        this.task = task;
        this.labels = List.copyOf(labels);
        this.dimension = dimension;
        this.features = features.slice().order(ByteOrder.nativeOrder());
        this.labelIndexes = labelIndexes;
        this.trainCount = trainCount;
        requireLabels();
    }

    private static void require(boolean valid, String otherwise) {
        if (!valid) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private void requireLabels() {
        long trained = Arrays.stream(labelIndexes, 0, trainCount).distinct().count();
        if (trained < 2) {
            String among = labels.size() < 2 ? "" : " among its training samples";
            throw Problem.invalid("TRAINING_LABELS_TOO_FEW", "task '" + task + "' has "
                    + (labels.size() < 2 ? labels.size() : trained)
                    + (trained == 1 ? " label" : " labels") + among + " (expected: at least 2)");
        }
    }

    public TaskId task() {
        return task;
    }

    public List<String> labels() {
        return labels;
    }

    public int dimension() {
        return dimension;
    }

    public int trainCount() {
        return trainCount;
    }

    public int validationCount() {
        return labelIndexes.length - trainCount;
    }

    /** The feature of a validation sample, [dimension]: a copy. */
    public float[] validationFeature(int index) {
        float[] feature = new float[dimension];
        validationRows().asFloatBuffer().get(index * dimension, feature);
        return feature;
    }

    /** The training rows, to be changed in place; a set gives them once. */
    ByteBuffer takeTrainRows() {
        if (taken) {
            throw new IllegalStateException("training set of task '" + task + "' was trained on before");
        }
        taken = true;
        return rows(0, trainCount);
    }

    int[] trainLabels() {
        return Arrays.copyOf(labelIndexes, trainCount);
    }

    /** Float32 in the machine's byte order, [validationCount, dimension], as the backbone makes them, direct. */
    public ByteBuffer validationRows() {
        return rows(trainCount, validationCount());
    }

    int[] validationLabels() {
        return Arrays.copyOfRange(labelIndexes, trainCount, labelIndexes.length);
    }

    private ByteBuffer rows(int from, int count) {
        int rowBytes = dimension * Float.BYTES;
        return features.slice(from * rowBytes, count * rowBytes).order(ByteOrder.nativeOrder());
    }
}
