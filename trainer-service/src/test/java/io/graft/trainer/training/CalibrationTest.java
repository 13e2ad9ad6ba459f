package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.head.Head;
import io.graft.model.ClassWeights;
import io.graft.model.Recipe;
import io.graft.model.RecipeCandidate;

class CalibrationTest {

    private static final List<String> LABELS = List.of("ants", "bees");

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
    void coolsAHeadThatIsTooSure() {
        // Given a head that is sure to 0.99995 and right four times out of five
        Head head = sure(5);
        // When
        Optional<Double> temperature = temperature(head, 1000);
        // Then: odds of four to one
        assertThat(temperature.orElseThrow()).isCloseTo(10 / Math.log(4), within(0.5));
        assertThat(Calibration.cooled(head, temperature.orElseThrow()).probabilities(new float[] { 1 })[1])
                .isCloseTo(0.8f, within(0.02f));
    }

    @Test
    void warmsAHeadThatIsTooModest() {
        // When
        Optional<Double> temperature = temperature(sure(0.1f), 1000);
        // Then
        assertThat(temperature.orElseThrow()).isCloseTo(0.2 / Math.log(4), within(0.02));
    }

    @Test
    void leavesAHeadAloneThatIsHonest() {
        // When
        Optional<Double> temperature = temperature(sure((float) Math.log(4) / 2), 200);
        // Then
        assertThat(temperature).isEmpty();
    }

    @Test
    void leavesAHeadAloneOfWhichLittleIsKnown() {
        // When // Then
        assertThat(temperature(sure(5), 49)).isEmpty();
        assertThat(temperature(sure(5), 50)).isPresent();
    }

    @Test
    void givesBackTheHeadAsItServes() {
        // Given features of which most say nothing, so that a regression without decay learns them by heart
        HeadTraining training = new HeadTraining(program, Duration.ofMinutes(5), System::nanoTime);
        // When
        TrainedHead trained = training.train(Sets.mostlyNoise(), Recipe.logistic(0, ClassWeights.NONE), result -> {
        });
        // Then
        RecipeCandidate candidate = trained.recipe().candidates().get(0);
        assertThat(trained.evaluation().temperature().orElseThrow()).isGreaterThan(1.5);
        assertThat(trained.evaluation().loss()).isLessThan(candidate.validationLoss().orElseThrow());
        assertThat(trained.evaluation().accuracy()).isEqualTo(candidate.validationAccuracy().orElseThrow());
        assertThat(trained.evaluation().expectedCalibrationError().orElseThrow()).isLessThan(0.2);
    }

    private static Head sure(float weight) {
        return new Head(LABELS, 1, new float[] { -weight, weight }, new float[2]);
    }

    /** The sign of a feature tells its label in four cases out of five. */
    private static Optional<Double> temperature(Head head, int rowCount) {
        Random random = new Random(4);
        float[] features = new float[rowCount + 2];
        int[] labels = new int[rowCount + 2];
        for (int row = 0; row < features.length; row++) {
            labels[row] = row % 2;
            features[row] = (row % 2 == 1) == (random.nextDouble() < 0.8) ? 1 : -1;
        }
        TrainingSet set = Sets.of(LABELS, 1, features, labels, 2);
        try (Evaluator evaluator = new Evaluator(program, set)) {
            return Calibration.temperature(evaluator, head);
        }
    }
}
