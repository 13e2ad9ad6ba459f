package io.graft.inference.prediction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneConfig;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.BackboneWorker;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.backbone.FineTuning;
import io.graft.backbone.MappedFeatures;
import io.graft.backbone.Sight;
import io.graft.backbone.TailFit;
import io.graft.head.Head;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.inference.explanation.ExplanationRequest;
import io.graft.inference.prediction.Prediction.LabelProbability;
import io.graft.inference.serving.ModelChoice;
import io.graft.inference.serving.TableInMemory;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;
import io.graft.tail.Depth;
import io.graft.tail.Tail;
import io.graft.tensor.Tensor;
import io.graft.testing.Await;
import io.graft.testing.DrawnImages;
import io.graft.trace.Tracing;

/** What shares a pass of the bundled backbone, explained or not and of whatever version, is answered as if it were alone. */
class MixedPassTest {

    private static final TaskId SHAPES = new TaskId("shapes");
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int BATCH_SIZE_MAX = 8;
    /** Sums over a batch of another size are rounded in another order. */
    private static final Offset<Float> ROUNDING = within(1e-3f);

    private static Backbones backbones;
    private static Tail first;
    private static Tail second;

    private final Gated backbone = new Gated(backbones.image());
    private final Batcher batcher = Batcher.start(backbone, new BatcherLimits(1, BATCH_SIZE_MAX, BATCH_SIZE_MAX),
            new Cores(1, 0), (batchSize, nanos) -> {
            }, Tracing.OFF);
    private final Batchers batchers = new Batchers(Map.of(backbone.descriptor().sha256(), batcher));
    private final List<SampleContent> images = new DrawnImages(3).draw(1).stream().limit(2)
            .<SampleContent> map(image -> new SampleContent.Image(image.bytes(), ImageFormat.JPEG)).toList();

    @BeforeAll
    static void open() {
        backbones = Backbones.open(BackbonesConfig.of(BackboneConfig.bundled("float32")));
        Tail own = ownBlocks();
        first = scaled(own, 0.5f);
        second = scaled(own, 1.25f);
    }

    /** A step of no length leaves the backbone's own blocks. */
    private static Tail ownBlocks() {
        Backbone image = backbones.image();
        try (FineTuning tuning = backbones.fineTuning(image.descriptor().id(), Depth.LAST_BLOCK, 1, 1 << 20)) {
            tuning.add(List.of(image.noise(1)));
            float[] ones = new float[512];
            Arrays.fill(ones, 1);
            try (TailFit fit = tuning.fit(new int[] { 0 }, new float[512], ones, new float[512], new float[1])) {
                return fit.parameters().tail();
            }
        }
    }

    private static Tail scaled(Tail tail, float factor) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tail.tensors().forEach((name, tensor) -> {
            float[] values = tensor.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] *= factor;
            }
            tensors.put(name, new Tensor(tensor.shape(), values));
        });
        return Tail.decode(Tail.encode(tail.depth(), tensors));
    }

    @AfterEach
    void close() {
        batchers.close();
    }

    @AfterAll
    static void closeBackbones() {
        backbones.close();
    }

    /** A backbone whose passes wait at a gate. */
    private static final class Gated implements Backbone {

        private final Backbone backbone;
        private final BlockingQueue<Integer> passes = new LinkedBlockingQueue<>();
        private volatile CountDownLatch gate = new CountDownLatch(0);

        Gated(Backbone backbone) {
            this.backbone = backbone;
        }

        CountDownLatch closeGate() {
            gate = new CountDownLatch(1);
            return gate;
        }

        @Override
        public BackboneDescriptor descriptor() {
            return backbone.descriptor();
        }

        @Override
        public byte[] prepare(SampleContent content) {
            return backbone.prepare(content);
        }

        @Override
        public boolean hasMaps() {
            return true;
        }

        @Override
        public Sight see(SampleContent content, OptionalInt pictureSideMax) {
            return backbone.see(content, pictureSideMax);
        }

        @Override
        public BackboneWorker openWorker(int batchSizeMax) {
            BackboneWorker worker = backbone.openWorker(batchSizeMax);
            return new BackboneWorker() {

                @Override
                public float[][] embed(List<byte[]> inputs) {
                    pass(inputs);
                    return worker.embed(inputs);
                }

                @Override
                public MappedFeatures embedWithMaps(List<byte[]> inputs, int... chosen) {
                    pass(inputs);
                    return worker.embedWithMaps(inputs, chosen);
                }

                @Override
                public MappedFeatures embedWithTails(List<byte[]> inputs, List<Optional<Tail>> tails, int... chosen) {
                    pass(inputs);
                    return worker.embedWithTails(inputs, tails, chosen);
                }

                @Override
                public void close() {
                    worker.close();
                }
            };
        }

        private void pass(List<byte[]> inputs) {
            passes.add(inputs.size());
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            backbone.close();
        }
    }

    /** Answers in one pass: the first waits at the gate until all others wait behind it. */
    private <T> List<T> inOnePass(List<Supplier<T>> requests) throws Exception {
        backbone.passes.clear();
        CountDownLatch gate = backbone.closeGate();
        CompletableFuture<float[]> before = batcher.submit(backbone.prepare(images.get(0)), Optional.empty());
        assertThat(backbone.passes.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (Supplier<T> request : requests) {
            int waitingCount = answers.size() + 1;
            CompletableFuture<T> answer = new CompletableFuture<>();
            new Thread(() -> answer.completeAsync(request, Runnable::run)).start();
            answers.add(answer);
            Await.until(waitingCount + " wait", () -> batcher.queueDepth() == waitingCount);
        }
        gate.countDown();
        before.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        List<T> answered = new ArrayList<>();
        for (CompletableFuture<T> answer : answers) {
            answered.add(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
        assertThat(backbone.passes).containsExactly(requests.size());
        return answered;
    }

    private static Head head(float sign) {
        float[] weight = new float[2 * 512];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = sign * (float) Math.sin(i) / 10;
        }
        return new Head(List.of("round", "edged"), 512, weight, new float[] { 0.25f, -0.25f });
    }

    /** What a door answers, explained or not. */
    private record Answer(Prediction prediction, Optional<ExplainedPrediction> explained) {
    }

    private static Supplier<Answer> request(Predictor predictor, int version, SampleContent image, boolean explained) {
        ModelChoice choice = new ModelChoice(SHAPES, Optional.of(new ModelVersion(version)), Optional.empty());
        return () -> {
            if (!explained) {
                return new Answer(predictor.predict(choice, () -> image, 2), Optional.empty());
            }
            ExplainedPrediction answer = predictor.explain(choice, () -> image, 2,
                    new ExplanationRequest(Optional.of("edged"), false), new Patience(LIMIT));
            return new Answer(answer.prediction(), Optional.of(answer));
        };
    }

    @Test
    void answersPlainAndExplainedRequestsOfSeveralVersions() throws Exception {
        // Given
        TableInMemory models = new TableInMemory(backbone);
        models.serve("shapes", 1, head(1));
        models.serve("shapes", 2, head(-1));
        Predictor predictor = new Predictor(models.table(), batchers, new Cores(1, 1), LIMIT, 64,
                (model, outcome, nanos) -> {
                }, new PredictorInMemory.SilentListener(), new PredictionIds("replica-1"), (prediction, content) -> {
                }, Tracing.OFF, InstantSource.system());
        List<Supplier<Answer>> requests = new ArrayList<>();
        for (SampleContent image : images) {
            for (int version = 1; version <= 2; version++) {
                requests.add(request(predictor, version, image, false));
                requests.add(request(predictor, version, image, true));
            }
        }
        List<Answer> alone = requests.stream().map(Supplier::get).toList();

        // When
        List<Answer> together = inOnePass(requests);

        // Then
        for (int i = 0; i < requests.size(); i++) {
            assertSame(together.get(i), alone.get(i));
            assertThat(together.get(i).prediction().version().number()).isEqualTo(i / 2 % 2 + 1);
        }
        assertThat(probability(alone.get(0), "edged")).isNotCloseTo(probability(alone.get(2), "edged"), ROUNDING);
        assertThat(probability(alone.get(0), "edged")).isNotCloseTo(probability(alone.get(4), "edged"), ROUNDING);
    }

    private static void assertSame(Answer together, Answer alone) {
        for (LabelProbability expected : alone.prediction().probabilities()) {
            assertThat(probability(together, expected.label())).isCloseTo(expected.probability(), ROUNDING);
        }
        assertThat(together.explained().isPresent()).isEqualTo(alone.explained().isPresent());
        together.explained().ifPresent(explained -> assertClose(contributions(explained),
                contributions(alone.explained().orElseThrow())));
    }

    private static void assertClose(float[] numbers, float[] expected) {
        assertThat(numbers).hasSameSizeAs(expected);
        for (int i = 0; i < numbers.length; i++) {
            assertThat(numbers[i]).isCloseTo(expected[i], within(1e-3f * (1 + Math.abs(expected[i]))));
        }
    }

    private static float[] contributions(ExplainedPrediction explained) {
        List<Float> values = explained.explanation().values().stream().flatMap(List::stream).toList();
        float[] numbers = new float[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values.get(i);
        }
        return numbers;
    }

    private static float probability(Answer answer, String label) {
        return answer.prediction().probabilities().stream().filter(named -> named.label().equals(label)).findFirst()
                .orElseThrow().probability();
    }

    @Test
    void givesEachInputTheFeatureAndTheMapsOfTheBlocksOfItsVersion() throws Exception {
        // Given
        List<Supplier<float[]>> requests = new ArrayList<>();
        for (Optional<Tail> tail : List.of(Optional.<Tail> empty(), Optional.of(first), Optional.of(second))) {
            byte[] input = backbone.prepare(images.get(1));
            requests.add(() -> batcher.submit(input, tail).join());
            requests.add(() -> meansOfTheMaps(batcher.submitMapped(input, tail).join()));
        }
        List<float[]> alone = requests.stream().map(Supplier::get).toList();

        // When
        List<float[]> together = inOnePass(requests);

        // Then
        for (int i = 0; i < requests.size(); i++) {
            assertClose(together.get(i), alone.get(i));
            assertClose(together.get(i), together.get(i - i % 2));
        }
        assertThat(distance(alone.get(0), alone.get(2))).isGreaterThan(1);
        assertThat(distance(alone.get(2), alone.get(4))).isGreaterThan(1);
    }

    private static float[] meansOfTheMaps(MappedFeature mapped) {
        float[] means = new float[mapped.maps().dimension()];
        int placeCount = mapped.maps().rows() * mapped.maps().columns();
        for (int i = 0; i < means.length; i++) {
            for (int place = 0; place < placeCount; place++) {
                means[i] += mapped.maps().value(i, place / mapped.maps().columns(), place % mapped.maps().columns())
                        / placeCount;
            }
        }
        return means;
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.pow(one[i] - other[i], 2);
        }
        return Math.sqrt(sum);
    }
}
