package io.graft.inference.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.FakeBackbone;
import io.graft.inference.ModelEvents;
import io.graft.inference.prediction.Prediction.LabelProbability;
import io.graft.inference.serving.Model;
import io.graft.inference.serving.ModelChoice;
import io.graft.inference.serving.TableInMemory;
import io.graft.model.UnknownThreshold;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.SampleContent;
import io.graft.trace.Tracing;

class PredictorTest {

    private static final TaskId BIRDS = new TaskId("birds");
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final FakeBackbone backbone = new FakeBackbone(3);
    private final TableInMemory models = new TableInMemory(backbone);
    private final Batcher batcher = Batcher.start(backbone, new BatcherLimits(1, 4, 4), new Cores(1, 0), (batchSize, nanos) -> {
    }, Tracing.OFF);
    private final Batchers batchers = new Batchers(Map.of(backbone.descriptor().sha256(), batcher));
    private final List<String> answered = new CopyOnWriteArrayList<>();
    private final List<String> counted = new CopyOnWriteArrayList<>();
    private final List<String> observed = new CopyOnWriteArrayList<>();
    private final Predictor predictor = predictor(LIMIT);

    private Predictor predictor(Duration limit) {
        return new Predictor(models.table(), batchers, new Cores(1, 1), limit, 64,
                (model, outcome, nanos) -> counted.add(model.version() + " " + outcome), new Recorder(),
                new PredictionIds("replica-1"),
                (prediction, content) -> observed.add(prediction.label() + " of " + content.kind()),
                Tracing.OFF, () -> ModelEvents.REQUESTED_AT);
    }

    private final class Recorder implements AnswerListener {

        @Override
        public void answered(Model model, float[] feature, float[] probabilities) {
            answered.add(model.card().version() + " to " + Arrays.toString(feature));
        }

        @Override
        public void shadowed(Model serving, float[] answer, Model shadow, float[] shadowAnswer) {
            answered.add(shadow.card().version() + " behind " + serving.card().version() + " "
                    + Arrays.equals(answer, shadowAnswer));
        }
    }

    @AfterEach
    void close() {
        batchers.close();
    }

    private static SampleContent vector(float... values) {
        return new SampleContent.Vector(values);
    }

    @Test
    void answersTheMostProbableLabelsFirst() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));

        // When
        Prediction prediction = predictor.predict(ModelChoice.serving(BIRDS), () -> vector(1, 3, 2), 2);

        // Then
        assertThat(prediction.label()).isEqualTo("tit");
        assertThat(prediction.version().number()).isEqualTo(1);
        assertThat(prediction.probabilities()).extracting(LabelProbability::label).containsExactly("tit", "jay");
        assertThat(prediction.probability()).isEqualTo(prediction.probabilities().get(0).probability()).isBetween(0.6f, 0.7f);
        assertThat(prediction.at()).isEqualTo(ModelEvents.REQUESTED_AT);
        assertThat(prediction.predictionId()).hasSize(36);
        assertThat(counted).containsExactly("1 OK");
    }

    @Test
    void answersWithTheVersionThatIsAskedFor() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
        models.serve("birds", 2, ModelEvents.largest("jay", "tit", "owl"));

        // When
        Prediction old = predictor.predict(new ModelChoice(BIRDS, Optional.of(new ModelVersion(1)), Optional.empty()),
                () -> vector(9, 0, 0), 3);
        Prediction current = predictor.predict(ModelChoice.serving(BIRDS), () -> vector(9, 0, 0), 3);

        // Then
        assertThat(old.label()).isEqualTo("owl");
        assertThat(current.label()).isEqualTo("jay");
        assertThat(counted).containsExactly("1 OK", "2 OK");
    }

    @Test
    void saysThatItDoesNotKnowBelowTheThresholdOfTheVersion() {
        // Given
        models.add(ModelEvents.ready("birds", 1, backbone.descriptor(), ModelEvents.largest("owl", "tit", "jay")),
                new UnknownThreshold(0.6, 0.95, 0.9));
        ModelChoice first = new ModelChoice(BIRDS, Optional.of(new ModelVersion(1)), Optional.empty());

        // When
        Prediction sure = predictor.predict(first, () -> vector(1, 3, 1), 1);
        Prediction unsure = predictor.predict(first, () -> vector(1, 1.2f, 1), 1);

        // Then
        assertThat(sure.unknown()).contains(false);
        assertThat(unsure.unknown()).contains(true);
        assertThat(unsure.label()).isEqualTo("tit");
    }

    @Test
    void measuresAShadowAndAnswersWithWhatServes() {
        // Given
        models.follow(ModelEvents.promotion("birds", 1, 0, 0, 2), ModelEvents.largest("owl", "tit", "jay"));

        // When
        Prediction prediction = predictor.predict(ModelChoice.serving(BIRDS), () -> vector(1, 3, 2), 1);

        // Then
        assertThat(prediction.version().number()).isEqualTo(1);
        assertThat(answered).containsExactly("1 to [1.0, 3.0, 2.0]", "2 behind 1 true");
        assertThat(counted).containsExactly("1 OK");
    }

    @Test
    void answersWithTheCanaryWhomItTakes() {
        // Given
        models.follow(ModelEvents.promotion("birds", 1, 2, 100, 0), ModelEvents.largest("owl", "tit", "jay"));

        // When
        Answers answers = predictor.predictAll(ModelChoice.serving(BIRDS), model -> contents(3), new Patience(LIMIT));

        // Then
        assertThat(answers.model().card().version().number()).isEqualTo(2);
        assertThat(answered).hasSize(3).allMatch(answer -> answer.startsWith("2 to "));
    }

    @Test
    void neitherReadsNorCountsWhatNoVersionAnswers() {
        // When // Then
        assertThatThrownBy(() -> predictor.predict(ModelChoice.serving(BIRDS), () -> {
            throw new AssertionError("read");
        }, 1)).asInstanceOf(type(Problem.class)).extracting(Problem::type).isEqualTo(ProblemType.MISSING);
        assertThat(counted).isEmpty();
    }

    @Test
    void countsAContentThatTheBackboneDoesNotTake() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));

        // When // Then
        assertThatThrownBy(() -> predictor.predict(ModelChoice.serving(BIRDS), () -> new SampleContent.Text("owl"), 1))
                .hasMessage("backbone 'fake' does not embed text");
        assertThat(counted).containsExactly("1 INVALID");
    }

    @Test
    void countsAFailedPassAsBroken() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
        backbone.failWith(new IllegalStateException("out of native memory"));

        // When // Then
        assertThatThrownBy(() -> predictor.predict(ModelChoice.serving(BIRDS), () -> vector(1, 2, 3), 1))
                .hasMessage("backbone 'fake' failed on a batch of 1");
        assertThat(counted).containsExactly("1 BROKEN");
    }

    @Test
    void failsOnlyTheRequestThatHasNoMemoryForDecoding() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));

        // When
        assertThatThrownBy(() -> predictor.predict(ModelChoice.serving(BIRDS), () -> vector(new float[Integer.MAX_VALUE]), 1))
                .asInstanceOf(type(Problem.class)).satisfies(problem -> {
                    assertThat(problem.type()).isEqualTo(ProblemType.BUSY);
                    assertThat(problem.code()).isEqualTo("PREDICTION_MEMORY_SHORT");
                });

        // Then
        assertThat(predictor.predict(ModelChoice.serving(BIRDS), () -> vector(1, 3, 2), 1).label()).isEqualTo("tit");
        assertThat(counted).containsExactly("1 BUSY", "1 OK");
    }

    @Test
    void endsARequestThatWaitsTooLongForTheBackbone() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
        CountDownLatch gate = backbone.closeGate();

        // When // Then
        assertThatThrownBy(
                () -> predictor(Duration.ofSeconds(2)).predict(ModelChoice.serving(BIRDS), () -> vector(1, 2, 3), 1))
                .hasMessage(
                        "prediction has waited 2000 ms for the backbone (expected: fewer requests at once, or more replicas)");
        assertThat(counted).containsExactly("1 BUSY");
        gate.countDown();
    }

    @Test
    void endsARequestThatWaitsTooLongForDecoding() throws Exception {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
        CountDownLatch decoding = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Thread slow = new Thread(() -> predictor.predict(ModelChoice.serving(BIRDS), () -> {
            decoding.countDown();
            awaitUninterruptibly(gate);
            throw Problem.invalid("TEST_ENDED", "ended");
        }, 1));
        slow.setUncaughtExceptionHandler((thread, expected) -> {
        });
        slow.start();
        assertThat(decoding.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

        // When // Then
        assertThatThrownBy(() -> predictor.predict(ModelChoice.serving(BIRDS), () -> vector(1, 2, 3), 1,
                new Patience(Duration.ofMillis(50))))
                .hasMessageStartingWith("prediction has waited 50 ms for decoding");
        gate.countDown();
        slow.join();
        assertThat(counted).containsExactly("1 BUSY", "1 INVALID");
    }

    @Test
    void answersSeveralInputsInTheirOrderWithOneVersion() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));

        // When
        Answers answers = predictor.predictAll(ModelChoice.serving(BIRDS), model -> contents(3), new Patience(LIMIT));

        // Then
        assertThat(answers.model().card().version().number()).isEqualTo(1);
        assertThat(answers.probabilities()).hasSize(3);
        for (int row = 0; row < 3; row++) {
            assertThat(answers.probabilities().get(row)[row]).isGreaterThan(0.9f);
        }
        assertThat(counted).containsExactly("1 OK");
    }

    @Test
    void freesThePlacesOfARequestThatDoesNotFit() throws Exception {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
        CountDownLatch gate = backbone.closeGate();
        Thread first = new Thread(
                () -> predictor.predictAll(ModelChoice.serving(BIRDS), model -> contents(1), new Patience(LIMIT)));
        first.start();
        assertThat(backbone.batchSizes.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);

        // When
        assertThatThrownBy(() -> predictor.predictAll(ModelChoice.serving(BIRDS), model -> contents(5), new Patience(LIMIT)))
                .asInstanceOf(type(Problem.class)).extracting(Problem::code).isEqualTo("PREDICTION_QUEUE_FULL");

        // Then
        assertThat(batcher.queueDepth()).isZero();
        gate.countDown();
        first.join();
    }

    @Test
    void freesThePlaceOfWhoeverWentAway() throws Exception {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
        CountDownLatch gate = backbone.closeGate();
        Thread first = new Thread(() -> predictor.predictAll(ModelChoice.serving(BIRDS), model -> contents(1),
                new Patience(LIMIT)));
        first.start();
        assertThat(backbone.batchSizes.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
        Patience patience = new Patience(LIMIT);
        Thread second = new Thread(() -> predictor.predictAll(ModelChoice.serving(BIRDS), model -> contents(3), patience));
        second.setUncaughtExceptionHandler((thread, expected) -> {
        });
        second.start();
        await().atMost(LIMIT).until(() -> batcher.queueDepth() == 3);

        // When
        patience.end();

        // Then
        await().atMost(LIMIT).until(() -> batcher.queueDepth() == 0);
        second.join();
        assertThat(counted).containsExactly("1 CANCELLED");
        gate.countDown();
        first.join();
        assertThat(backbone.batchSizes).isEmpty();
    }

    @Test
    void freesThePlaceOfWhoeverWentAwayFromAnExplanation() throws Exception {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
        Model model = models.table().model(BIRDS, Optional.empty());
        CountDownLatch gate = backbone.closeGate();
        CompletableFuture<float[]> first = batcher.submit(backbone.prepare(vector(1, 2, 3)), Optional.empty());
        assertThat(backbone.batchSizes.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
        Patience patience = new Patience(LIMIT);
        Embedding embedding = new Embedding(new Decoding(new Cores(1, 1), Tracing.OFF), batchers);
        CompletableFuture<MappedFeature> second = CompletableFuture.supplyAsync(() -> {
            try {
                return embedding.mapped(model, backbone.prepare(vector(3, 2, 1)), new Deadline(LIMIT, patience));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(LIMIT).until(() -> batcher.queueDepth() == 1);

        // When
        patience.end();

        // Then
        await().atMost(LIMIT).until(() -> batcher.queueDepth() == 0);
        assertThatThrownBy(second::join).hasMessageContaining("nobody waits for this prediction any more");
        gate.countDown();
        assertThat(first.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).containsExactly(1, 2, 3);
        assertThat(backbone.batchSizes).isEmpty();
    }

    @Test
    void decodesNothingForWhoeverWentAway() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));
        Patience patience = new Patience(LIMIT);
        patience.end();

        // When // Then
        assertThatThrownBy(() -> predictor.predict(ModelChoice.serving(BIRDS), () -> {
            throw new AssertionError("read");
        }, 1, patience)).hasMessage("nobody waits for this prediction any more");
        assertThat(counted).containsExactly("1 CANCELLED");
    }

    @Test
    void decodesNothingBehindTheDeadline() {
        // Given
        models.serve("birds", 1, ModelEvents.largest("owl", "tit", "jay"));

        // When
        assertThatThrownBy(() -> predictor.predictAll(ModelChoice.serving(BIRDS), model -> {
            // A single park may end at once.
            for (long until = System.nanoTime() + 60_000_000; System.nanoTime() - until < 0;) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            return contents(3);
        }, new Patience(Duration.ofMillis(50)))).hasMessageStartingWith("prediction has waited 50 ms for decoding");

        // Then
        assertThat(backbone.batchSizes).isEmpty();
    }

    private static List<PredictionInput> contents(int count) {
        return IntStream.range(0, count).<PredictionInput> mapToObj(
                i -> new PredictionInput.Content(vector(i % 3 == 0 ? 9 : 0, i % 3 == 1 ? 9 : 0, i % 3 == 2 ? 9 : 0))).toList();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
