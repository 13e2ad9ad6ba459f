package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.id.ModelVersion;
import io.graft.model.PromotionPolicy;
import io.graft.model.Recipe;
import io.graft.model.Verdict;

/** From training sets to a verdict. */
class GateOnFeaturesTest {

    private static final int TRAIN_COUNT = 200;
    private static final int VALIDATION_COUNT = 100;

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
    void refusesAVersionOfShuffledLabelsAndSaysByHowMuch() {
        // Given
        TrainedHead serving = train(set(false));
        TrainingSet shuffled = set(true);
        TrainedHead candidate = train(shuffled);
        // When
        Verdict verdict = judge(candidate, serving, shuffled);
        // Then
        double servingAccuracy = verdict.servingAccuracy().orElseThrow();
        double candidateAccuracy = verdict.candidateAccuracy().orElseThrow();
        assertThat(verdict.promoted()).isFalse();
        assertThat(servingAccuracy - candidateAccuracy).isGreaterThan(0.2);
        assertThat(verdict.reason())
                .startsWith(String.format(Locale.ROOT, "accuracy %.4f on 100 validation samples, %.4f below "
                        + "the %.4f of version 1; ", candidateAccuracy, servingAccuracy - candidateAccuracy, servingAccuracy));
    }

    @Test
    void promotesAVersionOfTrueLabelsOverAShuffledOne() {
        // Given
        TrainedHead serving = train(set(true));
        TrainingSet set = set(false);
        TrainedHead candidate = train(set);
        // When
        Verdict verdict = judge(candidate, serving, set);
        // Then
        assertThat(verdict.promoted()).isTrue();
        assertThat(verdict.significance().orElseThrow().pValue()).isLessThan(0.01);
    }

    private static TrainedHead train(TrainingSet set) {
        return new HeadTraining(program, Duration.ofMinutes(5), System::nanoTime).train(set, Recipe.DEFAULT, result -> {
        });
    }

    private static Verdict judge(TrainedHead candidate, TrainedHead serving, TrainingSet set) {
        try (Evaluator evaluator = new Evaluator(program, set)) {
            PromotionPolicy policy = new PromotionPolicy(PromotionPolicy.Policy.IF_BETTER, 0, 0,
                    Optional.of(0.01));
            return PromotionGate.judge(policy, candidate.measured(), Optional.of(new PromotionGate.Serving(new ModelVersion(1),
                    serving.head().labels(), evaluator.measure(serving.head()), Optional.empty())));
        }
    }

    /** Two clouds of points; the labels of the validation samples are always the true ones. */
    private static TrainingSet set(boolean shuffled) {
        Random random = new Random(21);
        int dimension = 8;
        int[] labels = new int[TRAIN_COUNT + VALIDATION_COUNT];
        float[] features = new float[labels.length * dimension];
        for (int row = 0; row < labels.length; row++) {
            int truth = row % 2;
            for (int i = 0; i < dimension; i++) {
                features[row * dimension + i] = (float) (truth + random.nextGaussian());
            }
            labels[row] = shuffled && row < TRAIN_COUNT ? random.nextInt(2) : truth;
        }
        return Sets.of(List.of("ants", "bees"), dimension, features, labels, TRAIN_COUNT);
    }
}
