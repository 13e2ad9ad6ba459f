package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.model.ClassWeights;
import io.graft.model.EpochResult;
import io.graft.model.Evaluation.LabelEvaluation;
import io.graft.model.Recipe;
import io.graft.model.RecipeCandidate;
import io.graft.problem.Problem;

class RecipeSearchTest {

    private static final int CANDIDATE_COUNT = 14;
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
    void keepsTheCandidateWithTheLowestValidationLoss() {
        // When
        TrainedHead trained = training.train(Sets.clouds(200, 30), Recipe.DEFAULT, NOBODY);
        // Then
        List<RecipeCandidate> candidates = trained.recipe().candidates();
        assertThat(candidates).hasSize(CANDIDATE_COUNT).extracting(RecipeCandidate::optimizer).contains("sgd", "lbfgs");
        assertThat(candidates).filteredOn(RecipeCandidate::chosen).containsExactly(
                candidates.stream().min(Comparator.comparing(candidate -> candidate.validationLoss().orElseThrow()))
                        .orElseThrow());
        RecipeCandidate chosen = candidates.stream().filter(RecipeCandidate::chosen).findFirst().orElseThrow();
        assertThat(trained.evaluation().loss()).isEqualTo(chosen.validationLoss().orElseThrow());
        assertThat(trained.evaluation().accuracy()).isEqualTo(chosen.validationAccuracy().orElseThrow());
        assertThat(trained.recipe().asked()).isEqualTo(Recipe.DEFAULT);
        assertThat(trained.recipe().reason()).isEqualTo("validation loss "
                + String.format(Locale.ROOT, "%.4f", chosen.validationLoss().orElseThrow())
                + " is the lowest of 14 candidates");
    }

    @Test
    void triesTheTextbookFirstAndUnchanged() {
        // Given
        Recipe numbers = new Recipe(Recipe.AUTO, 5, 8, 0.02, 0.5, 0.001, 2, 0.5, 3, ClassWeights.NONE);
        RecipeCandidate alone = training.train(Sets.clouds(60, 12), numbers.toOptimizer(Recipe.SGD), NOBODY).recipe()
                .candidates().get(0);
        List<EpochResult> heard = new ArrayList<>();
        // When
        TrainedHead trained = training.train(Sets.clouds(60, 12), numbers, heard::add);
        // Then
        RecipeCandidate first = trained.recipe().candidates().get(0);
        assertThat(first.learningRate()).contains(0.02);
        assertThat(first.batchSize()).contains(8);
        assertThat(first.validationLoss()).isEqualTo(alone.validationLoss());
        assertThat(heard).hasSize(5);
    }

    @Test
    void keepsTheEarlierOfEquals() {
        // Given features that say nothing, and labels that are equally frequent: no regression beats even odds
        float[] features = new float[40];
        int[] labels = new int[40];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = row % 2;
        }
        TrainingSet set = Sets.of(List.of("ants", "bees"), 1, features, labels, 20);
        // When
        TrainedHead trained = training.train(set, Recipe.DEFAULT, NOBODY);
        // Then
        assertThat(trained.evaluation().loss()).isEqualTo((float) Math.log(2));
        assertThat(trained.recipe().candidates()).filteredOn(RecipeCandidate::chosen).singleElement()
                .satisfies(chosen -> {
                    assertThat(chosen.optimizer()).isEqualTo("lbfgs");
                    assertThat(chosen.weightDecay()).isEqualTo(1);
                });
    }

    @Test
    void takesTheRegressionWhereNothingCanBeCompared() {
        // Given
        TrainingSet set = Sets.of(List.of("ants", "bees"), 1, new float[] { 1, 2, 3 }, new int[] { 0, 1, 1 }, 3);
        // When
        TrainedHead trained = training.train(set, Recipe.DEFAULT, NOBODY);
        // Then
        assertThat(trained.recipe().candidates()).singleElement().satisfies(candidate -> {
            assertThat(candidate.optimizer()).isEqualTo("lbfgs");
            assertThat(candidate.weightDecay()).isEqualTo(0.01);
            assertThat(candidate.iterations().orElseThrow()).isPositive();
            assertThat(candidate.validationLoss()).isEmpty();
            assertThat(candidate.chosen()).isTrue();
        });
        assertThat(trained.recipe().reason())
                .isEqualTo("there are no validation samples to choose by: optimizer 'lbfgs' with weightDecay 0.01");
        assertThat(trained.epochs()).isEmpty();
        assertThat(trained.bestEpoch()).isZero();
    }

    @Test
    void fitsTheRegressionThatIsAskedFor() {
        // When
        TrainedHead strong = training.train(Sets.clouds(200, 30), Recipe.logistic(1, ClassWeights.NONE), NOBODY);
        TrainedHead weak = training.train(Sets.clouds(200, 30), Recipe.logistic(0.001, ClassWeights.NONE), NOBODY);
        // Then
        assertThat(strong.recipe().reason()).isEqualTo("optimizer 'lbfgs' was asked for");
        assertThat(strong.recipe().candidates()).hasSize(1);
        assertThat(strong.evaluation().accuracy()).isGreaterThan(0.8);
        assertThat(squares(strong.head().weight())).isLessThan(squares(weak.head().weight()) / 4);
    }

    private static double squares(float[] numbers) {
        double sum = 0;
        for (float number : numbers) {
            sum += (double) number * number;
        }
        return sum;
    }

    @Test
    void givesTheSameBytesAgain() {
        // Given
        TrainedHead first = training.train(Sets.clouds(300, 40), Recipe.DEFAULT, NOBODY);
        // When
        TrainedHead second = training.train(Sets.clouds(300, 40), Recipe.DEFAULT, NOBODY);
        // Then
        assertThat(second.head().weight()).containsExactly(first.head().weight());
        assertThat(second.head().bias()).containsExactly(first.head().bias());
        assertThat(second.recipe()).isEqualTo(first.recipe());
        assertThat(second.evaluation()).isEqualTo(first.evaluation());
    }

    @Test
    void stopsWhenTheTimeIsOver() {
        // Given a clock on which a candidate takes 4 seconds
        AtomicLong nanos = new AtomicLong();
        HeadTraining limited = new HeadTraining(program, Duration.ofSeconds(10), nanos::get);
        EpochListener ticking = new Candidates(nanos);
        // When
        TrainedHead trained = limited.train(Sets.clouds(60, 12), Recipe.DEFAULT, ticking);
        // Then
        assertThat(trained.recipe().candidates()).hasSize(3);
        assertThat(trained.recipe().candidates().get(2).problem()).contains(
                "training run of task 'birds' has taken 12000 ms for 0 of 8 epochs (expected: at most 10000 ms)");
        assertThat(trained.recipe().reason())
                .endsWith(" is the lowest of 2 candidates, when the time of the run was over; there were 14 to try");
    }

    /** Takes time for each candidate. */
    private record Candidates(AtomicLong nanos) implements EpochListener {

        @Override
        public void epochEnded(EpochResult result) {
            assertThat(result.epoch()).isLessThanOrEqualTo(25);
        }

        @Override
        public void candidateBegan(RecipeCandidate candidate, int number, int count) {
            assertThat(candidate.chosen()).isFalse();
            assertThat(count).isEqualTo(CANDIDATE_COUNT);
            nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        }
    }

    @Test
    void keepsWhatItHasWhenACandidateTakesTooLong() {
        // Given a clock on which the textbook's steps take no time and all others an hour
        AtomicLong nanos = new AtomicLong();
        AtomicInteger steps = new AtomicInteger();
        EpochListener slow = new EpochListener() {
            @Override
            public void epochEnded(EpochResult result) {
                // Only the steps count.
            }

            @Override
            public void stepEnded() {
                if (steps.incrementAndGet() > 25) {
                    nanos.addAndGet(Duration.ofHours(1).toNanos());
                }
            }
        };
        // When
        TrainedHead trained = new HeadTraining(program, Duration.ofSeconds(10), nanos::get).train(Sets.clouds(60, 12),
                Recipe.DEFAULT, slow);
        // Then
        assertThat(trained.recipe().candidates()).hasSize(2);
        assertThat(trained.recipe().candidates().get(0).chosen()).isTrue();
        assertThat(trained.recipe().candidates().get(1).problem()).contains("training run of task 'birds' has taken 3600000 ms "
                + "for 0 of 8 epochs (expected: at most 10000 ms)");
    }

    @Test
    void goesOnWithoutACandidateThatDiverges() {
        // Given
        Recipe wild = new Recipe(Recipe.AUTO, 1000, 4, 100, 0.99, 10, 1000, 1, 0, ClassWeights.NONE);
        // When
        TrainedHead trained = training.train(Sets.clouds(60, 12), wild, NOBODY);
        // Then
        assertThat(trained.recipe().candidates()).hasSize(CANDIDATE_COUNT);
        assertThat(trained.recipe().candidates().get(0).problem().orElseThrow()).contains("diverged in epoch");
        assertThat(trained.recipe().candidates().get(0).validationLoss()).isEmpty();
        assertThat(trained.recipe().reason()).endsWith("is the lowest of 13 candidates");
    }

    @Test
    void canBeCancelledBetweenTheStepsOfAnyCandidate() {
        // Given
        AtomicInteger steps = new AtomicInteger();
        EpochListener cancelling = new EpochListener() {
            @Override
            public void epochEnded(EpochResult result) {
                // Cancelled later.
            }

            @Override
            public void stepEnded() {
                if (steps.incrementAndGet() == 25 + 48 + 3) {
                    throw new CancellationException("no longer wanted");
                }
            }
        };
        // When // Then
        assertThatThrownBy(() -> training.train(Sets.clouds(60, 12), Recipe.DEFAULT, cancelling))
                .hasMessage("no longer wanted");
    }

    @Test
    void isGivenUpWhenItsThreadIsInterrupted() {
        // Given
        TrainingSet set = Sets.clouds(60, 12);
        Thread.currentThread().interrupt();
        // When
        assertThatThrownBy(() -> training.train(set, Recipe.logistic(0.01, ClassWeights.NONE), NOBODY))
                // Then
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("TRAINING_GIVEN_UP"))
                .hasMessage("training run of task 'birds' was given up");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void weighsARareLabelUp() {
        // Given 10 bees among 210 training samples, all hard to tell
        for (String optimizer : List.of(Recipe.SGD, Recipe.LBFGS)) {
            Recipe even = Recipe.TEXTBOOK.toOptimizer(optimizer);
            Recipe balanced = new Recipe(optimizer, 25, 4, 0.001, 0.9, 0, 7, 0.1, 0, ClassWeights.BALANCED);
            // When
            List<LabelEvaluation> without = training.train(Sets.unbalanced(), even, NOBODY).evaluation().labels();
            List<LabelEvaluation> with = training.train(Sets.unbalanced(), balanced, NOBODY).evaluation().labels();
            // Then
            assertThat(with.get(1).recall()).as(optimizer).isGreaterThan(without.get(1).recall() + 0.3);
        }
    }

    @Test
    void balancesOverTheLabelsThatHaveSamples() {
        // When
        float[] weights = Workbench.balanced(new int[] { 0, 0, 0, 2 }, 3);
        // Then
        assertThat(weights).containsExactly(4 / 6f, 0, 2);
    }
}
