package io.graft.trainer.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import io.graft.id.TaskId;
import io.graft.testing.SharedFolder;

/** Training sets for tests. */
final class Sets {

    static final TaskId TASK = new TaskId("birds");

    private Sets() {
    }

    /** @param features of all rows one after the other, the training rows first */
    static TrainingSet of(List<String> labels, int dimension, float[] features, int[] labelIndexes, int trainCount) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(features.length * Float.BYTES).order(ByteOrder.nativeOrder());
        buffer.asFloatBuffer().put(features);
        return new TrainingSet(TASK, labels, dimension, buffer, labelIndexes, trainCount);
    }

    /** Three overlapping clouds of points, the labels in turn; the last fifth is for validation. */
    static TrainingSet clouds(int rowCount, int dimension) {
        Random random = new Random(11);
        int[] labels = IntStream.range(0, rowCount).map(row -> row % 3).toArray();
        float[] features = new float[rowCount * dimension];
        for (int i = 0; i < features.length; i++) {
            boolean own = i % dimension % 3 == labels[i / dimension];
            features[i] = (float) (100 + 10 * random.nextGaussian() + (own ? 10 : 0));
        }
        return of(List.of("ants", "bees", "wasps"), dimension, features, labels, rowCount - rowCount / 5);
    }

    static int[] integers(String path) {
        ByteBuffer bytes = ByteBuffer.wrap(SharedFolder.bytes(SharedFolder.require(path))).order(ByteOrder.LITTLE_ENDIAN);
        int[] integers = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(integers);
        return integers;
    }

    /** Two files of features and two of label names, for training and for validation. */
    static TrainingSet files(int dimension, String trainFeatures, List<String> trainLabels, String validationFeatures,
            List<String> validationLabels) {
        float[] train = SharedFolder.floats(trainFeatures);
        float[] validation = SharedFolder.floats(validationFeatures);
        float[] features = new float[train.length + validation.length];
        System.arraycopy(train, 0, features, 0, train.length);
        System.arraycopy(validation, 0, features, train.length, validation.length);
        List<String> labels = trainLabels.stream().distinct().sorted().toList();
        int[] indexes = IntStream.concat(trainLabels.stream().mapToInt(labels::indexOf),
                validationLabels.stream().mapToInt(labels::indexOf)).toArray();
        return of(labels, dimension, features, indexes, trainLabels.size());
    }

    static List<String> lines(String path) {
        Path file = SharedFolder.require(path);
        return new String(SharedFolder.bytes(file), StandardCharsets.UTF_8).lines().toList();
    }
}
