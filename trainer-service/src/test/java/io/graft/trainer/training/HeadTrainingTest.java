package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.head.Head;
import io.graft.model.ClassWeights;
import io.graft.model.EpochResult;
import io.graft.model.Recipe;
import io.graft.problem.Problem;

class HeadTrainingTest {

    private static final EpochListener NOBODY = result -> {
    };

    private static HeadProgram program;
    private static HeadTraining training;

    @BeforeAll
    static void load() {
        program = HeadProgram.load();
        training = new HeadTraining(program, Duration.ofMinutes(5), System::nanoTime);
    }

    @AfterAll
    static void close() {
        program.close();
    }

    @Test
    void learnsFeaturesThatAreFarFromZero() {
        // Given
        TrainingSet set = Sets.clouds(300, 60);
        // When
        TrainedHead trained = training.train(set, Recipe.TEXTBOOK, NOBODY);
        // Then
        assertThat(trained.evaluation().accuracy()).isGreaterThan(0.9);
        assertThat(trained.epochs().get(24).trainLoss()).isLessThan(0.3);
    }

    @Test
    void keepsTheFirstOfTheBestEpochs() {
        // Given
        TrainingSet set = Sets.clouds(60, 12);
        // When
        TrainedHead trained = training.train(set, Recipe.TEXTBOOK, NOBODY);
        // Then
        List<Double> accuracies = trained.epochs().stream().map(result -> result.validationAccuracy().orElseThrow()).toList();
        double best = accuracies.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        assertThat(trained.bestEpoch()).isEqualTo(accuracies.indexOf(best) + 1).isLessThan(25);
        assertThat(trained.evaluation().accuracy()).isEqualTo(best);
        assertThat(trained.evaluation().loss())
                .isEqualTo(trained.epochs().get(trained.bestEpoch() - 1).validationLoss().orElseThrow());
    }

    @Test
    void keepsTheLastEpochWithoutValidationSamples() {
        // Given
        TrainingSet set = Sets.of(List.of("ants", "bees"), 1, new float[] { 1, 2, 3 }, new int[] { 0, 1, 1 }, 3);
        // When
        TrainedHead trained = training.train(set, Recipe.TEXTBOOK, NOBODY);
        // Then
        assertThat(trained.bestEpoch()).isEqualTo(25);
        assertThat(trained.epochs()).allSatisfy(result -> assertThat(result.validationLoss()).isEmpty());
        assertThat(trained.evaluation().sampleCount()).isZero();
    }

    @Test
    void lowersTheLearningRateEveryStepSizeEpochs() {
        // Given
        Recipe recipe = new Recipe(Recipe.SGD, 5, 8, 0.01, 0.9, 0, 2, 0.5, 0, ClassWeights.NONE);
        // When
        TrainedHead trained = training.train(Sets.clouds(30, 6), recipe, NOBODY);
        // Then
        assertThat(trained.epochs()).extracting(EpochResult::learningRate).containsExactly(0.01, 0.01, 0.005, 0.005, 0.0025);
    }

    @Test
    void foldsTheStandardizationIntoTheHead() {
        // Given
        int dimension = 60;
        float[] raw = Sets.clouds(300, dimension).validationFeature(7);
        float[] mean = new float[dimension];
        float[] deviation = new float[dimension];
        float[] standardized = new float[dimension];
        float[] weight = new SeededDraws(3).weight(3, dimension);
        for (int i = 0; i < dimension; i++) {
            mean[i] = 90 + i;
            deviation[i] = 0.1f + i;
            standardized[i] = (raw[i] - mean[i]) / deviation[i];
        }
        List<String> labels = List.of("ants", "bees", "wasps");
        float[] bias = { 0.1f, 0.2f, 0.3f };
        // When
        float[] folded = new Standardization(mean, deviation).fold(labels, weight, bias).probabilities(raw);
        // Then
        assertThat(folded).containsExactly(
                new Head(labels, dimension, weight, bias).probabilities(standardized), within(1e-4f));
    }

    @Test
    void givesTheSameBytesAlsoWhenOthersTrain() throws Exception {
        // Given
        float[] alone = training.train(Sets.clouds(200, 30), Recipe.TEXTBOOK, NOBODY).head().weight();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            // When
            List<Future<TrainedHead>> together = IntStream.range(0, 4)
                    .mapToObj(i -> threads.submit(() -> training.train(Sets.clouds(200, 30), Recipe.TEXTBOOK, NOBODY)))
                    .toList();
            // Then
            for (Future<TrainedHead> trained : together) {
                assertThat(trained.get().head().weight()).containsExactly(alone);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void drawsAnotherHeadFromAnotherSeed() {
        // Given
        Recipe other = new Recipe(Recipe.SGD, 25, 4, 0.001, 0.9, 0, 7, 0.1, 1, ClassWeights.NONE);
        // When
        float[] weight = training.train(Sets.clouds(60, 12), other, NOBODY).head().weight();
        // Then
        assertThat(weight).isNotEqualTo(training.train(Sets.clouds(60, 12), Recipe.TEXTBOOK, NOBODY).head().weight());
    }

    @Test
    void takesEveryRowOnceInEachOrder() {
        // Given
        SeededDraws draws = new SeededDraws(5);
        // When
        int[] first = draws.order(100).clone();
        int[] second = draws.order(100).clone();
        // Then
        assertThat(first).isNotEqualTo(second);
        assertThat(Arrays.stream(first).sorted()).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
        assertThat(Arrays.stream(second).sorted()).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void endsARunThatIsCancelled() {
        // Given
        List<EpochResult> heard = new ArrayList<>();
        EpochListener cancelling = result -> {
            heard.add(result);
            if (result.epoch() == 3) {
                throw new CancellationException("no longer wanted");
            }
        };
        // When // Then
        assertThatThrownBy(() -> training.train(Sets.clouds(60, 12), Recipe.TEXTBOOK, cancelling))
                .hasMessage("no longer wanted");
        assertThat(heard).extracting(EpochResult::epoch).containsExactly(1, 2, 3);
    }

    @Test
    void endsARunThatTakesTooLong() {
        // Given a clock on which an epoch takes 4 seconds
        AtomicLong nanos = new AtomicLong();
        HeadTraining limited = new HeadTraining(program, Duration.ofSeconds(10), nanos::get);
        EpochListener ticking = result -> nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        // When // Then
        assertThatThrownBy(() -> limited.train(Sets.clouds(60, 12), Recipe.TEXTBOOK, ticking))
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("TRAINING_TIME_EXCEEDED"))
                .hasMessage("training run of task 'birds' has taken 12000 ms for 3 of 25 epochs (expected: at most 10000 ms)");
    }

    @Test
    void saysThatARecipeDiverged() {
        // Given
        Recipe wild = new Recipe(Recipe.SGD, 1000, 4, 100, 0.99, 10, 1000, 1, 0, ClassWeights.NONE);
        // When // Then
        assertThatThrownBy(() -> training.train(Sets.clouds(60, 12), wild, NOBODY))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("TRAINING_DIVERGED"))
                .hasMessageMatching(
                        "training run of task 'birds' diverged in epoch \\d+: trainLoss is .* with learningRate 100.0 "
                                + "\\(expected: finite losses and weights\\)");
    }

    @Test
    void trainsOnASetOnce() {
        // Given
        TrainingSet set = Sets.clouds(60, 12);
        training.train(set, Recipe.TEXTBOOK, NOBODY);
        // When // Then
        assertThatThrownBy(() -> training.train(set, Recipe.TEXTBOOK, NOBODY))
                .hasMessage("training set of task 'birds' was trained on before");
    }
}
