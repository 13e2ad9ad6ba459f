package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneConfig;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.backbone.FineTuning;
import io.graft.head.Head;
import io.graft.id.TaskId;
import io.graft.model.ClassWeights;
import io.graft.model.EpochResult;
import io.graft.model.FeatureDistribution;
import io.graft.model.FeatureStatistics;
import io.graft.model.Recipe;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.tail.Depth;

/** Pictures of noise with labels at random: nothing that a head finds in their features, but a block can learn them. */
class TailTrainingTest {

    private static final TaskId TASK = new TaskId("insects");
    private static final int ROW_COUNT = 24;
    private static final List<Integer> TRAINED = IntStream.range(0, 16).boxed().toList();
    private static final List<Integer> VALIDATED = IntStream.range(16, ROW_COUNT).boxed().toList();
    private static final List<Integer> LABELS = new Random(1).ints(ROW_COUNT, 0, 2).boxed().toList();
    private static final Head START = new Head(List.of("ants", "bees"), 512, new float[1024], new float[2]);

    private static Backbones backbones;
    private static FineTuning tuning;
    private static FeatureDistribution features;

    @BeforeAll
    static void open() {
        backbones = Backbones.open(BackbonesConfig.of(BackboneConfig.bundled("float32")));
        Backbone backbone = backbones.image();
        tuning = backbones.fineTuning(backbone.descriptor().id(), Depth.LAST_BLOCK, ROW_COUNT, 1 << 20);
        tuning.add(IntStream.range(0, ROW_COUNT).mapToObj(seed -> backbone.prepare(noise(seed))).toList());
        float[] ones = new float[512];
        Arrays.fill(ones, 1);
        features = FeatureStatistics.of(new float[512], ones).toDistribution(512);
    }

    private static SampleContent noise(int seed) {
        byte[] bytes = new byte[8 * 8 * 3];
        new Random(seed).nextBytes(bytes);
        return new SampleContent.Raster(bytes, 8, 8);
    }

    @AfterAll
    static void close() {
        tuning.close();
        backbones.close();
    }

    private static Recipe recipe(int epochs, double learningRate) {
        return new Recipe(Recipe.SGD, epochs, 8, learningRate, 0.9, 0, 3, 0.5, 0, ClassWeights.NONE);
    }

    private static TailTraining.Trained train(List<Integer> validated, Recipe recipe, double blockRate,
            EpochListener listener) {
        return TailTraining.train(new TailTraining.Samples(TASK, tuning, LABELS, TRAINED, validated), recipe, blockRate, START,
                features, new RunWatch(TASK, Duration.ofMinutes(30), System::nanoTime, listener), listener);
    }

    @Test
    void learnsMoreThanTheHeadAloneAndKeepsTheEpochWithTheLowestValidationLoss() {
        // Given
        List<EpochResult> heard = new ArrayList<>();
        TailTraining.Trained frozen = train(VALIDATED, recipe(6, 0.01), 1e-12, epoch -> {
        });
        // When
        TailTraining.Trained trained = train(VALIDATED, recipe(6, 0.01), 0.01, heard::add);
        // Then
        assertThat(heard).isEqualTo(trained.epochs()).hasSize(6);
        assertThat(heard.get(5).trainLoss()).isLessThan(frozen.epochs().get(5).trainLoss() - 0.02);
        assertThat(trained.epochs()).extracting(EpochResult::learningRate).containsExactly(0.01, 0.01, 0.01, 0.005, 0.005,
                0.005);
        double lowest = heard.stream().mapToDouble(epoch -> epoch.validationLoss().orElseThrow()).min().orElseThrow();
        assertThat(heard.get(trained.bestEpoch() - 1).validationLoss()).hasValue(lowest);
        assertThat(loss(trained)).isCloseTo(lowest, within(1e-3));
    }

    /** Of the kept head on the kept blocks, counted in Java. */
    private static double loss(TailTraining.Trained trained) {
        int[] rows = VALIDATED.stream().mapToInt(Integer::intValue).toArray();
        float[][] made = tuning.features(trained.tail(), rows);
        double loss = 0;
        for (int i = 0; i < rows.length; i++) {
            loss -= Math.log(trained.head().probabilities(made[i])[LABELS.get(rows[i])]);
        }
        return loss / rows.length;
    }

    @Test
    void keepsTheLastEpochWithoutValidationSamples() {
        // When
        TailTraining.Trained trained = train(List.of(), recipe(2, 0.001), 0.001, epoch -> {
        });
        // Then
        assertThat(trained.bestEpoch()).isEqualTo(2);
        assertThat(trained.epochs().get(1).validationLoss()).isEmpty();
    }

    @Test
    void refusesARateAtWhichItDiverges() {
        assertThatThrownBy(() -> train(VALIDATED, recipe(25, 100), 1, epoch -> {
        })).isInstanceOf(Problem.class).hasMessageMatching(
                "training run of task 'insects' diverged in epoch \\d+: the loss is \\w+ with blockLearningRate .*"
                        + "\\(expected: finite losses\\)");
    }

    @Test
    void countsTheTimeThatReadingTheSamplesTook() {
        // Given
        AtomicLong nanos = new AtomicLong();
        EpochListener nobody = result -> {
        };
        RunWatch watch = new RunWatch(TASK, Duration.ofSeconds(10), Optional.of("graft.training.fine-tuning-limit"),
                nanos::get, nobody);
        nanos.set(Duration.ofSeconds(12).toNanos());
        // When // Then
        assertThatThrownBy(() -> TailTraining.train(new TailTraining.Samples(TASK, tuning, LABELS, TRAINED, VALIDATED),
                recipe(2, 0.001), 0.001, START, features, watch, nobody))
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("TRAINING_TIME_EXCEEDED"))
                .hasMessage("training run of task 'insects' has taken 12000 ms for 0 of 2 epochs (expected: at most 10000 ms, "
                        + "graft.training.fine-tuning-limit)");
    }

    @Test
    void endsBetweenTwoStepsWhenNobodyWantsItAnyMore() {
        assertThatThrownBy(() -> train(VALIDATED, recipe(25, 0.001), 0.001, new EpochListener() {
            @Override
            public void epochEnded(EpochResult result) {
            }

            @Override
            public void stepEnded() {
                throw new CancellationException();
            }
        })).isInstanceOf(CancellationException.class);
    }
}
