package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.model.Evaluation;
import io.graft.model.Recipe;
import io.graft.model.RecipeCandidate;

/** What the recipes come to on real features. */
class RecipeAccuracyTest {

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
    void tellsAntsFromBeesByTheTextbook() {
        // Given
        TrainingSet set = Sets.files(512, "golden/features/train.f32", folders("golden/features/train.txt"),
                "golden/features/val.f32", folders("golden/features/val.txt"));
        // When
        TrainedHead trained = train(set, Recipe.TEXTBOOK);
        // Then
        assertThat(set.validationCount()).isEqualTo(153);
        assertThat(trained.evaluation().accuracy()).isGreaterThanOrEqualTo(0.72);
    }

    @Test
    void tellsTheIntentsOfBankCustomersByEightSamplesOfEach() {
        // Given
        TrainingSet set = Sets.banking(8, 0);
        // When
        TrainedHead trained = train(set, Recipe.DEFAULT);
        // Then
        assertThat(set.trainCount()).isEqualTo(8 * 77);
        assertThat(trained.evaluation().accuracy()).isGreaterThanOrEqualTo(0.78);
    }

    @Test
    void choosesAsWellByOtherSamplesThanThoseOfTheTest() {
        // Given every fifth training sample to choose by
        TrainingSet set = Sets.banking(Integer.MAX_VALUE, 5);
        // When
        TrainedHead trained = train(set, Recipe.DEFAULT);
        // Then
        try (Evaluator test = new Evaluator(program, Sets.banking(Integer.MAX_VALUE, 0))) {
            Evaluation evaluation = test.measure(trained.head()).evaluation();
            System.out.printf("on the test file: %.4f%n", evaluation.accuracy());
            assertThat(evaluation.accuracy()).isGreaterThanOrEqualTo(0.92);
            assertThat(evaluation.expectedCalibrationError().orElseThrow()).isLessThan(0.05);
        }
    }

    private static TrainedHead train(TrainingSet set, Recipe recipe) {
        TrainedHead trained = new HeadTraining(program, Duration.ofMinutes(5), System::nanoTime).train(set, recipe, result -> {
        });
        System.out.printf("accuracy of recipe '%s' on %d samples: %.4f; %s%n", recipe.optimizer(), set.validationCount(),
                trained.evaluation().accuracy(),
                trained.recipe().candidates().stream().filter(RecipeCandidate::chosen).toList());
        return trained;
    }

    /** The label is the file's folder: {@code train/ants/0013035.jpg}. */
    private static List<String> folders(String path) {
        return Sets.lines(path).stream().map(line -> String.valueOf(Path.of(line).getName(1))).toList();
    }
}
