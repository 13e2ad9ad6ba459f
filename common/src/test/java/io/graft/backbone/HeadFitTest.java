package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadFitTest {

    private static final Offset<Float> CLOSE = within(1e-6f);

    private static HeadProgram program;

    @BeforeAll
    static void load() {
        program = HeadProgram.load();
    }

    @AfterAll
    static void close() {
        program.close();
    }

    @Test
    void takesTheStepsThatAreComputedByHand() {
        try (HeadFit fit = program.fit(rows(1, 2, 3, -1), 2, new int[] { 0, 1 }, 2)) {
            // Given
            fit.initialize(new float[4], new float[2]);
            // When
            HeadFit.EpochLoss result = fit.epoch(new int[] { 0, 1 }, 1, 0.1, 0.5, 0.01);
            // Then: step 1 answers (1/2, 1/2); step 2 answers p = 1 / (1 + exp(-0.2)) = 0.549834 for the wrong label,
            // velocity = 0.5 × (-0.5, -1) + p × (3, -1) + 0.01 × (0.05, 0.1)
            assertThat(fit.weight()).containsExactly(new float[] { -0.0900002f, 0.2048834f, 0.0900002f, -0.2048834f }, CLOSE);
            assertThat(fit.bias()).containsExactly(new float[] { 0.0199666f, -0.0199666f }, CLOSE);
            assertThat(result.loss()).isCloseTo((Math.log(2) - Math.log(1 - 0.549834)) / 2, within(1e-6));
            assertThat(result.accuracy()).isEqualTo(0.5);
        }
    }

    @Test
    void takesWhatIsLeftAsTheLastStep() {
        try (HeadFit fit = program.fit(rows(1, 2, 3), 1, new int[] { 1, 1, 0 }, 2)) {
            // Given
            fit.initialize(new float[2], new float[2]);
            // When
            fit.epoch(new int[] { 0, 1, 2 }, 2, 1, 0, 0);
            // Then: step 1 moves by (1/2 × 1 + 1/2 × 2) / 2, step 2 by the row that is left, undivided
            float wrong = (float) (1 / (1 + Math.exp(-(2 * 3 * 0.75 + 2 * 0.5))));
            assertThat(fit.weight()[0]).isCloseTo(-0.75f + 3 * wrong, CLOSE);
            assertThat(fit.bias()[0]).isCloseTo(-0.5f + wrong, CLOSE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 4, 15, 16, 50, 1000 })
    void agreesWithLoopsInJavaAtEveryBatchSize(int batchSize) {
        // Given
        int dimension = 3;
        float[] features = numbers(50 * dimension);
        int[] labels = new Random(9).ints(50, 0, 4).toArray();
        float[] start = numbers(4 * dimension);
        int[] order = IntStream.range(0, 50).map(row -> 49 - row).toArray();
        double[][] expected = epochInJava(features, labels, start, order, batchSize);
        try (HeadFit fit = program.fit(rows(features), dimension, labels, 4)) {
            fit.initialize(start, new float[4]);
            // When
            fit.epoch(order, batchSize, 0.1, 0.9, 0.01);
            // Then
            for (int label = 0; label < 4; label++) {
                for (int i = 0; i < dimension; i++) {
                    assertThat((double) fit.weight()[label * dimension + i]).isCloseTo(expected[label][i], within(1e-5));
                }
                assertThat((double) fit.bias()[label]).isCloseTo(expected[label][dimension], within(1e-5));
            }
        }
    }

    /** The rule of torch.optim.SGD with learning rate 0.1, momentum 0.9 and weight decay 0.01; the bias is the last column. */
    private static double[][] epochInJava(float[] features, int[] labels, float[] start, int[] order, int batchSize) {
        int dimension = features.length / labels.length;
        double[][] parameters = new double[start.length / dimension][dimension + 1];
        double[][] velocity = new double[parameters.length][dimension + 1];
        for (int i = 0; i < start.length; i++) {
            parameters[i / dimension][i % dimension] = start[i];
        }
        for (int from = 0; from < order.length; from += batchSize) {
            int count = Math.min(batchSize, order.length - from);
            double[][] gradient = new double[parameters.length][dimension + 1];
            for (int k = from; k < from + count; k++) {
                addGradient(gradient, parameters, Arrays.copyOfRange(features, order[k] * dimension,
                        (order[k] + 1) * dimension), labels[order[k]], count);
            }
            for (int label = 0; label < parameters.length; label++) {
                for (int i = 0; i <= dimension; i++) {
                    velocity[label][i] = 0.9 * velocity[label][i] + gradient[label][i] + 0.01 * parameters[label][i];
                    parameters[label][i] -= 0.1 * velocity[label][i];
                }
            }
        }
        return parameters;
    }

    private static void addGradient(double[][] gradient, double[][] parameters, float[] row, int own, int count) {
        double[] odds = new double[parameters.length];
        for (int label = 0; label < odds.length; label++) {
            double logit = parameters[label][row.length];
            for (int i = 0; i < row.length; i++) {
                logit += parameters[label][i] * row[i];
            }
            odds[label] = Math.exp(logit);
        }
        double sum = Arrays.stream(odds).sum();
        for (int label = 0; label < odds.length; label++) {
            double error = (odds[label] / sum - (label == own ? 1 : 0)) / count;
            for (int i = 0; i < row.length; i++) {
                gradient[label][i] += error * row[i];
            }
            gradient[label][row.length] += error;
        }
    }

    @Test
    void countsASampleByTheWeightOfItsLabel() {
        try (HeadFit fit = program.fit(rows(1, 3), 1, new int[] { 0, 1 }, 2)) {
            // Given
            fit.weighLabels(new float[] { 2, 0.5f });
            fit.initialize(new float[2], new float[2]);
            // When
            HeadFit.EpochLoss result = fit.epoch(new int[] { 0, 1 }, 2, 1, 0, 0);
            // Then: (2 × 1/2 × 1 - 0.5 × 1/2 × 3) / 2, and the loss counts both alike
            assertThat(fit.weight()).containsExactly(new float[] { 0.125f, -0.125f }, CLOSE);
            assertThat(fit.bias()).containsExactly(new float[] { 0.375f, -0.375f }, CLOSE);
            assertThat(result.loss()).isCloseTo(Math.log(2), within(1e-6));
        }
    }

    @Test
    void startsAFitAgainWithoutMomentum() {
        try (HeadFit fit = program.fit(rows(1, 3), 1, new int[] { 0, 1 }, 2)) {
            // Given
            fit.initialize(new float[2], new float[2]);
            fit.epoch(new int[] { 0, 1 }, 1, 0.1, 0.9, 0);
            float[] first = fit.weight();
            // When
            fit.initialize(new float[2], new float[2]);
            fit.epoch(new int[] { 0, 1 }, 1, 0.1, 0.9, 0);
            // Then
            assertThat(fit.weight()).containsExactly(first);
        }
    }

    @Test
    void givesTheSlopeOfTheWeightedLoss() {
        // Given more rows than the program takes at once
        int rowCount = 50_000;
        int dimension = 3;
        float[] features = numbers(rowCount * dimension);
        int[] labels = new Random(9).ints(rowCount, 0, 4).toArray();
        float[] point = numbers(4 * (dimension + 1));
        float[] weights = { 1, 2, 0.5f, 0 };
        try (HeadFit fit = program.fit(rows(features), dimension, labels, 4)) {
            fit.weighLabels(weights);
            // When
            float[] slope = new float[point.length];
            double loss = fit.gradient(point, slope);
            // Then
            double[] expected = slopeInJava(features, labels, point, weights);
            assertThat(loss).isCloseTo(expected[point.length], within(1e-5));
            for (int i = 0; i < slope.length; i++) {
                assertThat((double) slope[i]).isCloseTo(expected[i], within(1e-5));
            }
        }
    }

    /** The gradient, then the loss. */
    private static double[] slopeInJava(float[] features, int[] labels, float[] point, float[] weights) {
        int labelCount = weights.length;
        int dimension = features.length / labels.length;
        double[] result = new double[point.length + 1];
        for (int row = 0; row < labels.length; row++) {
            double[] odds = new double[labelCount];
            for (int label = 0; label < labelCount; label++) {
                odds[label] = point[labelCount * dimension + label];
                for (int i = 0; i < dimension; i++) {
                    odds[label] += point[label * dimension + i] * features[row * dimension + i];
                }
                odds[label] = Math.exp(odds[label]);
            }
            double sum = Arrays.stream(odds).sum();
            double share = (double) weights[labels[row]] / labels.length;
            for (int label = 0; label < labelCount; label++) {
                double error = share * (odds[label] / sum - (label == labels[row] ? 1 : 0));
                for (int i = 0; i < dimension; i++) {
                    result[label * dimension + i] += error * features[row * dimension + i];
                }
                result[labelCount * dimension + label] += error;
            }
            result[point.length] -= share * Math.log(odds[labels[row]] / sum);
        }
        return result;
    }

    @Test
    void scalesLogitsAndSaysHowTheLossBends() {
        try (HeadScoring scoring = program.scoring(rows(1, 2), 1, 2)) {
            // Given logits that are 2 and 4 apart
            float[] weight = { 1, -1 };
            // When
            float[] scaled = scoring.scaled(weight, new float[2], new int[] { 0, 1 }, 0.5);
            // Then
            double right = 1 / (1 + Math.exp(-1));
            double wrong = 1 / (1 + Math.exp(2));
            assertThat(scaled).containsExactly(new float[] { (float) -Math.log(right), (float) -Math.log(wrong),
                    (float) (-2 * (1 - right)), (float) (4 * (1 - wrong)), (float) (4 * right * (1 - right)),
                    (float) (16 * wrong * (1 - wrong)) }, CLOSE);
        }
    }

    @Test
    void standardizesTheCallersRows() {
        // Given a column of numbers, one that is constant and one that is constant but for its rounding
        ByteBuffer rows = rows(1, 5, 3e6f, 2, 5, 3e6f + 0.25f, 6, 5, 3e6f);
        try (HeadFit fit = program.fit(rows, 3, new int[] { 0, 1, 1 }, 2)) {
            // When
            fit.standardize();
            // Then
            float deviation = (float) Math.sqrt(14.0 / 3);
            assertThat(fit.mean()[0]).isCloseTo(3, CLOSE);
            assertThat(fit.deviation()).containsExactly(new float[] { deviation, 1, 1 }, CLOSE);
            assertThat(rows.getFloat(0)).isCloseTo(-2 / deviation, CLOSE);
            assertThat(rows.getFloat(Float.BYTES)).isZero();
            assertThat(rows.getFloat(6 * Float.BYTES)).isCloseTo(3 / deviation, CLOSE);
        }
    }

    @Test
    void scoresAlsoWhatTheHeadDoesNotKnow() {
        try (HeadScoring scoring = program.scoring(rows(1, 2, 3), 1, 3)) {
            // Given
            float[] weight = { 1, -1 };
            // When
            HeadScores scores = scoring.score(weight, new float[2], new int[] { 0, 1, HeadScoring.UNKNOWN_LABEL });
            // Then
            assertThat(IntStream.range(0, 3).map(scores::prediction)).containsExactly(0, 0, 0);
            assertThat(scores.logProbability(0)).isCloseTo((float) -Math.log1p(Math.exp(-2)), CLOSE);
            assertThat(scores.logProbability(1)).isCloseTo((float) (-4 - Math.log1p(Math.exp(-4))), CLOSE);
            assertThat(scores.logProbability(2)).isCloseTo(-87.33655f, within(1e-4f));
            assertThat(scores.confidence(1)).isCloseTo((float) (1 / (1 + Math.exp(-4))), CLOSE);
        }
    }

    @Test
    void survivesLogitsThatOverflowAnExponential() {
        try (HeadFit fit = program.fit(rows(1000, -1000), 1, new int[] { 0, 1 }, 2)) {
            // Given
            fit.initialize(new float[] { -1, 1 }, new float[2]);
            // When
            HeadFit.EpochLoss result = fit.epoch(new int[] { 0, 1 }, 2, 0.001, 0.9, 0);
            // Then
            assertThat(result.loss()).isCloseTo(2000, within(1e-3));
            assertThat(fit.weight()).containsExactly(new float[] { 0, 0 }, CLOSE);
        }
    }

    @Test
    void givesTheSameBytesOnEveryThread() throws Exception {
        // Given
        float[] alone = train();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            // When
            List<Future<float[]>> together = IntStream.range(0, 8).mapToObj(i -> threads.submit(HeadFitTest::train)).toList();
            // Then
            for (Future<float[]> weight : together) {
                assertThat(weight.get()).containsExactly(alone);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesWhatWouldReachBeyondTheRows() {
        // Given
        ByteBuffer rows = rows(1, 2, 3, 4);
        // When // Then
        assertThatThrownBy(() -> program.fit(rows, 2, new int[] { 0, 2 }, 2)).hasMessage("label is 2 (expected: 0 to 1)");
        assertThatThrownBy(() -> program.fit(rows, 3, new int[] { 0, 1 }, 2))
                .hasMessage("buffer has 16 direct bytes (expected: 2 × 3 direct float32 numbers)");
        assertThatThrownBy(() -> program.scoring(ByteBuffer.allocate(16), 2, 2))
                .hasMessage("buffer has 16 heap bytes (expected: 2 × 2 direct float32 numbers)");
        try (HeadFit fit = program.fit(rows, 2, new int[] { 0, 1 }, 2)) {
            assertThatThrownBy(() -> fit.epoch(new int[] { 0 }, 1, 0.1, 0, 0))
                    .hasMessage("permutation has 1 numbers (expected: 2)");
            assertThatThrownBy(() -> fit.epoch(new int[] { 0, 7 }, 1, 0.1, 0, 0))
                    .hasMessageStartingWith("program HeadProgram failed in epoch:").hasMessageContaining("out of range");
        }
    }

    private static float[] train() {
        int rowCount = 300;
        int dimension = 33;
        int[] labels = new Random(7).ints(rowCount, 0, 5).toArray();
        try (HeadFit fit = program.fit(rows(numbers(rowCount * dimension)), dimension, labels, 5)) {
            fit.standardize();
            fit.initialize(new float[5 * dimension], new float[5]);
            for (int epoch = 0; epoch < 5; epoch++) {
                fit.epoch(IntStream.range(0, rowCount).toArray(), 7, 0.01, 0.9, 1e-4);
            }
            return fit.weight();
        }
    }

    private static float[] numbers(int count) {
        Random random = new Random(count);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat();
        }
        return numbers;
    }

    private static ByteBuffer rows(float... numbers) {
        ByteBuffer rows = ByteBuffer.allocateDirect(numbers.length * Float.BYTES).order(ByteOrder.nativeOrder());
        rows.asFloatBuffer().put(numbers);
        return rows;
    }
}
