package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.graft.backbone.HeadFit.EpochLoss;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.tail.Depth;
import io.graft.tail.Tail;
import io.graft.tensor.Tensor;

class TailFitTest {

    private static final int[] LABELS = { 0, 1, 2, 1, 0, 2 };
    private static final int[] ALL_ROWS = { 0, 1, 2, 3, 4, 5 };
    private static final float[] WEIGHT = numbers(3 * 512, 0.1);
    private static final float[] BIAS = { 0.1f, 0, -0.1f };

    private static Backbones backbones;
    private static List<byte[]> inputs;

    @BeforeAll
    static void open() {
        backbones = Backbones.open(BackbonesConfig.of(BackboneConfig.bundled("float32")));
        Backbone backbone = backbones.image();
        inputs = new Random(5).ints(LABELS.length).mapToObj(seed -> backbone.prepare(noise(seed))).toList();
    }

    @AfterAll
    static void close() {
        backbones.close();
    }

    private static SampleContent noise(int seed) {
        byte[] bytes = new byte[160 * 160 * 3];
        new Random(seed).nextBytes(bytes);
        return new SampleContent.Raster(bytes, 160, 160);
    }

    private static float[] numbers(int count, double scale) {
        float[] numbers = new float[count];
        Random random = new Random(3);
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (scale * random.nextGaussian());
        }
        return numbers;
    }

    private static FineTuning tuning(Depth depth) {
        FineTuning tuning = backbones.fineTuning(backbones.image().descriptor().id(), depth, LABELS.length, 1 << 20);
        tuning.add(inputs.subList(0, 4));
        tuning.add(inputs.subList(4, LABELS.length));
        return tuning;
    }

    private static TailFit fit(FineTuning tuning) {
        float[] ones = new float[512];
        Arrays.fill(ones, 1);
        return tuning.fit(LABELS, new float[512], ones, WEIGHT, BIAS);
    }

    @ParameterizedTest
    @EnumSource(names = { "LAST_BLOCK", "ALL" })
    void startsWithTheBackbonesOwnBlocks(Depth depth) {
        try (FineTuning tuning = tuning(depth);
                TailFit fit = fit(tuning);
                BackboneWorker worker = backbones.image()
                        .openWorker(LABELS.length)) {
            // Given
            float[][] own = worker.embed(inputs);
            // When
            MappedFeatures tailed = worker.embedWithTails(inputs,
                    List.of(Optional.of(fit.parameters().tail()), Optional.empty(),
                            Optional.of(fit.parameters().tail()), Optional.empty(), Optional.of(fit.parameters().tail()),
                            Optional.empty()),
                    2, 1);
            // Then
            for (int i = 0; i < own.length; i++) {
                assertThat(tailed.features()[i]).containsExactly(own[i], within(1e-3f));
            }
            assertThat(mean(tailed.maps().get(0))).containsExactly(own[2], within(1e-3f));
            assertThat(mean(tailed.maps().get(1))).containsExactly(own[1], within(1e-3f));
            assertThat(tuning.features(fit.parameters().tail(), 4)[0]).containsExactly(own[4], within(1e-3f));
            assertThat(fit.score(ALL_ROWS).loss()).isCloseTo(loss(own, WEIGHT, BIAS), within(1e-3));
        }
    }

    @ParameterizedTest
    @EnumSource(names = { "LAST_BLOCK", "ALL" })
    void saysHowLongTheFileOfTheBlocksIs(Depth depth) {
        try (FineTuning tuning = tuning(depth); TailFit fit = fit(tuning)) {
            // Given
            Tail tail = fit.parameters().tail();
            // When // Then
            assertThat(backbones.tailFileBytes(backbones.image().descriptor().id(), depth))
                    .isEqualTo(Tail.encode(depth, tail.tensors()).length);
        }
    }

    private static float[] mean(FeatureMaps maps) {
        float[] mean = new float[maps.dimension()];
        for (int map = 0; map < mean.length; map++) {
            double sum = 0;
            for (int row = 0; row < maps.rows(); row++) {
                for (int column = 0; column < maps.columns(); column++) {
                    sum += maps.value(map, row, column);
                }
            }
            mean[map] = (float) (sum / (maps.rows() * maps.columns()));
        }
        return mean;
    }

    private static double loss(float[][] features, float[] weight, float[] bias) {
        double loss = 0;
        for (int i = 0; i < features.length; i++) {
            double[] logits = new double[bias.length];
            for (int label = 0; label < logits.length; label++) {
                logits[label] = bias[label];
                for (int d = 0; d < 512; d++) {
                    logits[label] += (double) weight[label * 512 + d] * features[i][d];
                }
            }
            double sum = Arrays.stream(logits).map(Math::exp).sum();
            loss -= logits[LABELS[i]] - Math.log(sum);
        }
        return loss / features.length;
    }

    /** A step without momentum moves every number against its slope; the loss along it falls as the slope says. */
    @ParameterizedTest
    @EnumSource(names = { "LAST_BLOCK", "ALL" })
    void stepsAgainstTheSlope(Depth depth) {
        try (FineTuning tuning = tuning(depth); TailFit fit = fit(tuning)) {
            // Given
            double rate = 1e-4;
            Map<String, Tensor> before = fit.parameters().tail().tensors();
            float[] weight = fit.parameters().weight();
            double loss = fit.score(ALL_ROWS).loss();
            // When
            EpochLoss told = fit.step(ALL_ROWS, new TailRates(0, rate, rate, 0));
            // Then: a step of rate × slope lowers the loss by rate × slope², to the first order
            double squares = squares(before, fit.parameters().tail().tensors(), rate)
                    + squares(weight, fit.parameters().weight(), rate);
            assertThat(told.loss()).isCloseTo(loss, within(1e-4));
            assertThat(loss - fit.score(ALL_ROWS).loss()).isCloseTo(rate * squares, within(0.1 * rate * squares));
            assertThat(squares).isPositive();
        }
    }

    private static double squares(Map<String, Tensor> before, Map<String, Tensor> after, double rate) {
        return before.entrySet().stream().mapToDouble(
                entry -> squares(entry.getValue().values(), after.get(entry.getKey()).values(), rate)).sum();
    }

    private static double squares(float[] before, float[] after, double rate) {
        double sum = 0;
        for (int i = 0; i < before.length; i++) {
            double slope = (before[i] - after[i]) / rate;
            sum += slope * slope;
        }
        return sum;
    }

    @Test
    void givesTheSameBytesTwice() {
        assertThat(trained()).isEqualTo(trained());
    }

    private static String trained() {
        try (FineTuning tuning = tuning(Depth.LAST_BLOCK); TailFit fit = fit(tuning)) {
            for (int step = 0; step < 3; step++) {
                fit.step(new int[] { step, 5 - step }, new TailRates(0.9, 0.001, 0.01, 0.001));
            }
            return fit.parameters().tail().sha256() + Arrays.hashCode(fit.parameters().weight());
        }
    }

    @Test
    void refusesATailOfAnotherNetwork() {
        // Given
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("layer4.1.conv1.weight", new Tensor(List.of(1, 1, 3, 3), new float[9]));
        Tail tail = Tail.decode(Tail.encode(Depth.LAST_BLOCK, tensors));
        try (BackboneWorker worker = backbones.image().openWorker(1)) {
            // When
            assertThatThrownBy(() -> worker.embedWithTails(inputs.subList(0, 1), List.of(Optional.of(tail))))
                    // Then
                    .isInstanceOf(Problem.class).hasMessageContaining(
                            "tail of depth 'last-block' has tensors {layer4.1.conv1.weight=[1, 1, 3, 3]} (expected: {layer4.1.conv1."
                                    + "weight=[512, 512, 3, 3]");
        }
    }
}
