package io.graft.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.model.Recipe;

/** What the textbook recipe comes to on real features. */
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
        TrainedHead trained = train(set, Recipe.DEFAULT);
        // Then
        assertThat(set.validationCount()).isEqualTo(153);
        assertThat(trained.evaluation().accuracy()).isGreaterThanOrEqualTo(0.72);
    }

    @Test
    void tellsTheIntentsOfBankCustomersByTheTextbook() {
        // Given
        TrainingSet set = Sets.files(384, "golden/banking77/train.f32", Sets.lines("golden/banking77/train.labels.txt"),
                "golden/banking77/test.f32", Sets.lines("golden/banking77/test.labels.txt"));
        // When
        TrainedHead trained = train(set, Recipe.DEFAULT);
        // Then
        assertThat(set.labels()).hasSize(77);
        assertThat(trained.evaluation().accuracy()).isGreaterThanOrEqualTo(0.92);
    }

    private static TrainedHead train(TrainingSet set, Recipe recipe) {
        TrainedHead trained = new HeadTraining(program, Duration.ofMinutes(5), System::nanoTime).train(set, recipe, result -> {
        });
        System.out.printf("accuracy of the textbook recipe on %d samples: %.4f%n", set.validationCount(),
                trained.evaluation().accuracy());
        return trained;
    }

    /** The label is the file's folder: {@code train/ants/0013035.jpg}. */
    private static List<String> folders(String path) {
        return Sets.lines(path).stream().map(line -> String.valueOf(Path.of(line).getName(1))).toList();
    }
}
