package io.graft.trainer.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** 200 ants around -1 and 10 bees around 1 for training, 50 of each for validation, in one dimension. */
    static TrainingSet unbalanced() {
        Random random = new Random(5);
        int[] labels = IntStream.range(0, 310).map(row -> row < 210 ? row / 200 : row % 2).toArray();
        float[] features = new float[labels.length];
        for (int row = 0; row < features.length; row++) {
            features[row] = (float) (2 * labels[row] - 1 + 1.5 * random.nextGaussian());
        }
        return of(List.of("ants", "bees"), 1, features, labels, 210);
    }

    /** 200 numbers of which the first tells one of two labels, mostly; 300 rows for training, 100 for validation. */
    static TrainingSet mostlyNoise() {
        Random random = new Random(6);
        int dimension = 200;
        int[] labels = new int[400];
        float[] features = new float[labels.length * dimension];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = row % 2;
            for (int i = 0; i < dimension; i++) {
                features[row * dimension + i] = (float) random.nextGaussian() + (i == 0 ? 2 * labels[row] : 0);
            }
        }
        return of(List.of("ants", "bees"), dimension, features, labels, 300);
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

    /**
     * MiniLM's features of the intents of bank customers.
     *
     * @param perLabelMax the first ones of each label are trained on, in the order of the file
     * @param every 5: every fifth of these is for validation; 0: the test file is
     */
    static TrainingSet banking(int perLabelMax, int every) {
        String folder = "golden/banking77/";
        int dimension = 384;
        List<String> trainNames = lines(folder + "train.labels.txt");
        List<String> testNames = lines(folder + "test.labels.txt");
        List<String> labels = trainNames.stream().distinct().sorted().toList();
        Map<String, Integer> counts = new HashMap<>();
        int[] kept = IntStream.range(0, trainNames.size())
                .filter(row -> counts.merge(trainNames.get(row), 1, Integer::sum) <= perLabelMax).toArray();
        int[] train = Arrays.stream(kept).filter(row -> every == 0 || row % every != 0).toArray();
        int[] validation = every == 0 ? IntStream.range(0, testNames.size()).toArray()
                : Arrays.stream(kept).filter(row -> row % every == 0).toArray();
        List<String> validationNames = every == 0 ? testNames : trainNames;
        FloatBuffer features = FloatBuffer.allocate((train.length + validation.length) * dimension);
        float[] trainFeatures = SharedFolder.floats(folder + "train.f32");
        float[] validationFeatures = every == 0 ? SharedFolder.floats(folder + "test.f32") : trainFeatures;
        Arrays.stream(train).forEach(row -> features.put(trainFeatures, row * dimension, dimension));
        Arrays.stream(validation).forEach(row -> features.put(validationFeatures, row * dimension, dimension));
        int[] indexes = IntStream.concat(Arrays.stream(train).map(row -> labels.indexOf(trainNames.get(row))),
                Arrays.stream(validation).map(row -> labels.indexOf(validationNames.get(row)))).toArray();
        return of(labels, dimension, features.array(), indexes, train.length);
    }

    static List<String> lines(String path) {
        Path file = SharedFolder.require(path);
        return new String(SharedFolder.bytes(file), StandardCharsets.UTF_8).lines().toList();
    }
}
