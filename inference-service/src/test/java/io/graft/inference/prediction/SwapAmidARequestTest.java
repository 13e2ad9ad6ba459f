package io.graft.inference.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.graft.head.Head;
import io.graft.id.TaskId;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.serving.ModelChoice;
import io.graft.inference.serving.TableInMemory;
import io.graft.sample.SampleContent;
import io.graft.trace.Tracing;

/**
 * A request of several inputs has one version, the one that served when it came, in whatever passes its inputs are computed.
 */
class SwapAmidARequestTest {

    private static final TaskId BIRDS = new TaskId("birds");
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int INPUT_COUNT = 6;
    private static final int BATCH_SIZE_MAX = 2;
    private static final Head OLD = ModelEvents.largest("owl", "tit", "jay");
    private static final Head NEW = new Head(List.of("owl", "tit", "jay"), 3, new float[] { -1, 2, 0, 0, 0, -3, 4, 0, 0 },
            new float[] { 1, 0, -1 });

    private final FakeBackbone backbone = new FakeBackbone(3);
    private final TableInMemory models = new TableInMemory(backbone);
    private final Batchers batchers = new Batchers(Map.of(backbone.descriptor().sha256(), Batcher.start(backbone,
            new BatcherLimits(1, BATCH_SIZE_MAX, INPUT_COUNT), new Cores(1, 0), (batchSize, nanos) -> {
            }, Tracing.OFF)));
    private final Predictor predictor = new Predictor(models.table(), batchers, new Cores(1, 1), LIMIT, 64,
            (model, outcome, nanos) -> {
            }, new PredictorInMemory.SilentListener(), new PredictionIds("replica-1"), (prediction, content) -> {
            }, Tracing.OFF, () -> ModelEvents.REQUESTED_AT);

    @AfterEach
    void close() {
        batchers.close();
    }

    private static float[] vector(int number) {
        return new float[] { number, 3 - number, number / 2f };
    }

    private Answers ask() {
        return predictor.predictAll(ModelChoice.serving(BIRDS), model -> IntStream.range(0, INPUT_COUNT)
                .<PredictionInput> mapToObj(number -> new PredictionInput.Content(new SampleContent.Vector(vector(number))))
                .toList(), new Patience(LIMIT));
    }

    private static void assertAnsweredBy(Answers answers, int version, Head head) {
        assertThat(answers.model().card().version().number()).isEqualTo(version);
        assertThat(answers.probabilities()).hasSize(INPUT_COUNT);
        for (int number = 0; number < INPUT_COUNT; number++) {
            assertThat(answers.probabilities().get(number)).containsExactly(head.probabilities(vector(number)));
        }
    }

    @Test
    void answersAllInputsWithTheVersionThatItBeganWith() throws Exception {
        // Given: a request whose first pass has begun
        models.serve("birds", 1, OLD);
        CountDownLatch gate = backbone.closeGate();
        CompletableFuture<Answers> begun = CompletableFuture.supplyAsync(this::ask);
        assertThat(backbone.batchSizes.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();

        // When
        models.serve("birds", 2, NEW);
        assertThat(models.table().model(BIRDS, Optional.empty()).card().version().number()).isEqualTo(2);
        gate.countDown();

        // Then
        assertAnsweredBy(begun.get(LIMIT.toSeconds(), TimeUnit.SECONDS), 1, OLD);
        assertThat(backbone.batchSizes).hasSizeGreaterThanOrEqualTo(INPUT_COUNT / BATCH_SIZE_MAX - 1);
        assertAnsweredBy(ask(), 2, NEW);
    }
}
