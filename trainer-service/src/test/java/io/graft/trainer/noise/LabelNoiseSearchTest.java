package io.graft.trainer.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.HeadProgram;
import io.graft.feature.Feature;
import io.graft.id.SampleId;
import io.graft.problem.Problem;
import io.graft.testing.SharedFolder;
import io.graft.trainer.noise.LabelNoise.SuspectSample;
import io.graft.trainer.table.DrawnFeatures;
import io.graft.trainer.training.HeadTraining;

class LabelNoiseSearchTest {

    private static HeadProgram program;
    private static LabelNoiseSearch search;

    @BeforeAll
    static void load() {
        program = HeadProgram.load();
        search = new LabelNoiseSearch(new HeadTraining(program, Duration.ofMinutes(5), System::nanoTime), 1000);
    }

    @AfterAll
    static void close() {
        program.close();
    }

    @Test
    void findsMostOfTheFlippedLabelsAmongTheFirst() {
        // Given
        List<Feature> features = DrawnFeatures.clouds(1000, 32, 4, 1.2, 1);
        Set<SampleId> flipped = flip(features, 50, 2);

        // When
        LabelNoise noise = search(features, 100);

        // Then
        assertThat(noise.sampleCount()).isEqualTo(1000);
        assertThat(noise.foldCount()).isEqualTo(5);
        assertThat(noise.samples()).hasSize(100).isSortedAccordingTo(
                (one, other) -> Double.compare(one.probability(), other.probability()));
        assertThat(foundAmong(noise.samples(), flipped)).isGreaterThanOrEqualTo(45);
        assertThat(noise.likelyWrongCount()).isBetween(40, 90);
    }

    @Test
    void suggestsTheLabelThatWasFlippedAway() {
        // Given
        List<Feature> features = DrawnFeatures.clouds(400, 32, 4, 3, 1);
        features.set(0, DrawnFeatures.relabelled(features.get(0), "label-3"));

        // When
        SuspectSample first = search(features, 1).samples().get(0);

        // Then
        assertThat(first.sampleId()).isEqualTo(new SampleId("sample-0"));
        assertThat(first.label()).isEqualTo("label-3");
        assertThat(first.suggestedLabel()).isEqualTo("label-0");
        assertThat(first.isLikelyWrong()).isTrue();
        assertThat(first.suggestedProbability()).isGreaterThan(first.probability());
    }

    @Test
    void findsMostOfTheFlippedLabelsOfTheBankingSet() {
        // Given
        float[] numbers = SharedFolder.floats("golden/banking77/train.f32");
        List<String> labels = new String(SharedFolder.bytes(SharedFolder.require("golden/banking77/train.labels.txt")),
                StandardCharsets.UTF_8).lines().toList();
        int dimension = numbers.length / labels.size();
        List<Feature> features = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            features.add(DrawnFeatures.feature("sample-" + i, i, labels.get(i),
                    Arrays.copyOfRange(numbers, i * dimension, (i + 1) * dimension)));
        }
        Set<SampleId> flipped = flip(features, features.size() / 20, 3);

        // When
        LabelNoise noise = search(features, features.size() / 10);

        // Then
        assertThat(foundAmong(noise.samples(), flipped)).isGreaterThanOrEqualTo(flipped.size() * 8L / 10);
    }

    @Test
    void judgesALabelWithTwoSamplesByTheOther() {
        // Given
        List<Feature> features = DrawnFeatures.clouds(60, 8, 2, 3, 1);
        features.add(DrawnFeatures.feature("rare-1", 1, "rare", 9, 9, 9, 9, 9, 9, 9, 9));
        features.add(DrawnFeatures.feature("rare-2", 1, "rare", 9, 9, 9, 9, 9, 9, 9, 9));

        // When
        Folds folds = new Folds(List.of(new SampleId("a"), new SampleId("a"), new SampleId("b")), new int[] { 0, 0, 1 }, 2);
        LabelNoise noise = search(features, 62);

        // Then
        assertThat(folds.of(0)).isNotEqualTo(folds.of(1));
        assertThat(noise.samples()).extracting(SuspectSample::sampleId).contains(new SampleId("rare-1"));
    }

    @Test
    void leavesOutWhatNoHeadCanJudge() {
        // Given
        List<Feature> flowers = List.of(DrawnFeatures.feature("flower-1", 1, "setosa", 5.1f, 3.5f),
                DrawnFeatures.feature("flower-2", 1, "versicolor", 6.4f, 3.2f),
                DrawnFeatures.feature("flower-3", 1, "setosa", 4.9f, 3f));

        // When
        LabelNoise noise = search(flowers, 10);

        // Then
        assertThat(noise.sampleCount()).isEqualTo(3);
        assertThat(noise.judgedCount()).isEqualTo(1);
        assertThat(noise.samples()).extracting(SuspectSample::sampleId).containsExactly(new SampleId("flower-3"));
    }

    @Test
    void refusesWhatCannotBeJudged() {
        assertThatThrownBy(() -> search(DrawnFeatures.clouds(10, 4, 1, 0, 1), 5)).isInstanceOf(Problem.class)
                .hasMessage("task 'birds' has 1 label (expected: at least 2)");
        assertThatThrownBy(() -> search(DrawnFeatures.clouds(10, 4, 2, 0, 1), 0)).isInstanceOf(Problem.class)
                .hasMessage("top is 0 (expected: 1 to 10000)");
        assertThatThrownBy(() -> search(DrawnFeatures.clouds(10, 4, 2, 0, 1), 10_001)).isInstanceOf(Problem.class)
                .hasMessage("top is 10001 (expected: 1 to 10000)");
    }

    private static LabelNoise search(List<Feature> features, int top) {
        return search.search(DrawnFeatures.table(features).snapshot(Optional.empty(), 0), top);
    }

    /** Gives some of the samples the label of another. */
    private static Set<SampleId> flip(List<Feature> features, int count, long seed) {
        Random random = new Random(seed);
        Set<SampleId> flipped = new HashSet<>();
        while (flipped.size() < count) {
            int index = random.nextInt(features.size());
            Feature feature = features.get(index);
            Feature other = features.get(random.nextInt(features.size()));
            if (!other.label().equals(feature.label()) && flipped.add(feature.key().sampleId())) {
                features.set(index, DrawnFeatures.relabelled(feature, other.label().value()));
            }
        }
        return flipped;
    }

    private static long foundAmong(List<SuspectSample> samples, Set<SampleId> flipped) {
        return samples.stream().filter(sample -> flipped.contains(sample.sampleId())).count();
    }
}
