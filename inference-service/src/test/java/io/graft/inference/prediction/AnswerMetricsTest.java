package io.graft.inference.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.graft.head.Head;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.metrics.MetricsConfig;
import io.graft.inference.metrics.Owners;
import io.graft.inference.metrics.OwnersBeans;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.TableInMemory;
import io.graft.model.ModelKey;
import io.graft.model.UnknownThreshold;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** What versions answer, in numbers that can be computed by hand: features of a version have mean 0 and deviation 2. */
class AnswerMetricsTest {

    private static final TaskId BIRDS = new TaskId("birds");
    private static final Head HEAD = ModelEvents.largest("owl", "tit");
    private static final Offset<Double> ROUNDING = within(1e-6);

    private final FakeBackbone backbone = new FakeBackbone(2);
    private final TableInMemory models = new TableInMemory(backbone);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Owners<ModelKey> versions = OwnersBeans.versions(registry, 10);
    private final AnswerMetrics metrics = new AnswerMetrics(versions, new Limits());

    private record Limits() implements MetricsConfig {

        @Override
        public int taskCountMax() {
            return 10;
        }

        @Override
        public int versionCountMax() {
            return 10;
        }

        @Override
        public int labelCountMax() {
            return 1;
        }
    }

    @BeforeEach
    void serve() {
        models.add(ModelEvents.ready("birds", 1, backbone.descriptor(), HEAD), new UnknownThreshold(0.7, 0.95, 0.9));
        models.serve("birds", 2, HEAD);
        List.of(1, 2).forEach(version -> versions.enter(new ModelKey(BIRDS, new ModelVersion(version))));
    }

    private Model model(int version) {
        return models.table().model(BIRDS, Optional.of(new ModelVersion(version)));
    }

    private void answer(int version, float... feature) {
        metrics.answered(model(version), feature, HEAD.probabilities(feature));
    }

    private DistributionSummary summary(String name, int version) {
        return registry.get(name).tags("task", "birds", "version", Integer.toString(version)).summary();
    }

    private double counter(String name, int version, String... tags) {
        return registry.find(name).tags("task", "birds", "version", Integer.toString(version)).tags(tags).counters().stream()
                .mapToDouble(counter -> counter.count()).sum();
    }

    @Test
    void measuresHowFarFeaturesAreFromThoseOfTheTraining() {
        // When: 3 and 4 deviations, 1 and 1, none
        answer(1, 6, 8);
        answer(1, 2, -2);
        answer(2, 0, 0);

        // Then
        assertThat(summary("graft.feature.distance", 1).count()).isEqualTo(2);
        assertThat(summary("graft.feature.distance", 1).totalAmount()).isCloseTo(Math.sqrt((9 + 16) / 2.0) + 1, ROUNDING);
        assertThat(summary("graft.feature.distance", 1).max()).isCloseTo(Math.sqrt(12.5), ROUNDING);
        assertThat(summary("graft.feature.distance", 2).count()).isEqualTo(1);
        assertThat(summary("graft.feature.distance", 2).totalAmount()).isZero();
    }

    @Test
    void keepsTheSumOfDistancesReadableWhateverComes() {
        // Given
        answer(1, 6, 8);

        // When
        answer(1, Float.MAX_VALUE, -Float.MAX_VALUE);
        answer(1, 6, 8);

        // Then
        assertThat(summary("graft.feature.distance", 1).count()).isEqualTo(3);
        assertThat(summary("graft.feature.distance", 1).totalAmount()).isCloseTo(1000 + 2 * Math.sqrt(12.5), ROUNDING);
    }

    @Test
    void countsTheAnswersBelowTheThresholdOfTheVersionAsUnknown() {
        // When: two labels that are as probable as e to the difference of the numbers says
        answer(1, 0, 0);
        answer(1, 0.5f, 0);
        answer(1, 0, 2);
        answer(2, 0, 0);

        // Then
        assertThat(counter("graft.predictions.unknown", 1)).isEqualTo(2);
        assertThat(counter("graft.predictions.unknown", 2)).isZero();
        assertThat(summary("graft.prediction.confidence", 1).count()).isEqualTo(3);
        assertThat(summary("graft.prediction.confidence", 1).totalAmount())
                .isCloseTo(0.5 + 1 / (1 + Math.exp(-0.5)) + 1 / (1 + Math.exp(-2)), ROUNDING);
        assertThat(Arrays.asList(counter("graft.prediction.labels", 1, "label", "owl"),
                counter("graft.prediction.labels", 1, "label", Owners.OTHER))).containsExactly(2.0, 1.0);
    }

    @Test
    void countsHowOftenAShadowWouldHaveSaidTheSame() {
        // Given
        float[] owl = HEAD.probabilities(new float[] { 1, 0 });
        float[] tit = HEAD.probabilities(new float[] { 0, 1 });

        // When
        metrics.shadowed(model(1), owl, model(2), owl);
        metrics.shadowed(model(1), tit, model(2), tit);
        metrics.shadowed(model(1), owl, model(2), tit);

        // Then
        assertThat(counter("graft.shadow.predictions", 2, "answer", "same")).isEqualTo(2);
        assertThat(counter("graft.shadow.predictions", 2, "answer", "other")).isEqualTo(1);
        assertThat(counter("graft.shadow.predictions", 1)).isZero();
    }
}
