package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.tensor.Tensor;
import io.graft.tensor.TensorFile;
import io.graft.testing.SharedFolder;

class ImageBackboneTest {

    private static final ImageDecoder DECODER = new ImageDecoder(1 << 24, 1 << 24);

    private static Backbone resnet18;

    @BeforeAll
    static void open() {
        resnet18 = open("resnet18", "float32");
    }

    @AfterAll
    static void close() {
        resnet18.close();
    }

    private static Backbone open(String architecture, String precision) {
        ImageWeights weights = ImageWeights.of(RuleWeights.open(architecture), Map.of());
        return ImageBackbone.open(new BackboneId(architecture), weights, Placement.choose("auto", precision), DECODER);
    }

    @Test
    void isDescribedByItsContent() {
        BackboneDescriptor descriptor = resnet18.descriptor();
        assertThat(descriptor.architecture()).isEqualTo("resnet18");
        assertThat(descriptor.dimension()).isEqualTo(512);
        assertThat(descriptor.precision()).isEqualTo("float32");
        assertThat(descriptor.sha256()).isEqualTo("83150647ec697368f190d58e76a13667074c4cd4213b5e47e243178e0e0842bd");
    }

    /** The largest file has half a gigabyte: its digest comes of the numbers that the network takes. */
    @ParameterizedTest
    @ValueSource(strings = { "resnet18", "vgg11" })
    void readsEachTensorOnce(String architecture) {
        // Given
        Map<String, Integer> reads = new TreeMap<>();
        TensorFile counted = counting(RuleWeights.open(architecture), reads);
        // When
        ImageBackbone.open(new BackboneId(architecture), ImageWeights.of(counted, Map.of()),
                Placement.choose("auto", "float32"), DECODER).close();
        // Then
        assertThat(reads.keySet()).isEqualTo(new TreeSet<>(counted.names()));
        assertThat(reads.values()).containsOnly(1);
    }

    private static TensorFile counting(TensorFile file, Map<String, Integer> reads) {
        return new TensorFile() {
            @Override
            public Map<String, String> metadata() {
                return file.metadata();
            }

            @Override
            public Set<String> names() {
                return file.names();
            }

            @Override
            public List<Integer> shape(String name) {
                return file.shape(name);
            }

            @Override
            public Tensor tensor(String name) {
                reads.merge(name, 1, Integer::sum);
                return file.tensor(name);
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    @Test
    void computesTheFirstFeaturesOfTheReference() {
        // Given
        try (BackboneWorker worker = resnet18.openWorker(1)) {
            // When
            float[] feature = worker.embed(List.of(RuleWeights.image(0)))[0];
            // Then
            assertThat(Arrays.copyOf(feature, 4)).containsExactly(
                    new float[] { 4.7361307f, 0.6400265f, 2.4868252f, 2.4197228f },
                    within(0.02f));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "resnet18", "resnet34", "resnet50", "vgg11" })
    void computesTheReferenceOfEveryArchitecture(String architecture) {
        // Given
        float[] reference = SharedFolder.floats("golden/architectures/" + architecture + ".f32");
        try (Backbone backbone = open(architecture, "float32"); BackboneWorker worker = backbone.openWorker(2)) {
            // When
            float[][] features = worker.embed(List.of(RuleWeights.image(0), RuleWeights.image(1)));
            // Then
            assertThat(features[0]).hasSize(reference.length / 2);
            float[] both = Features.concatenated(features);
            assertThat(Features.largestDifference(both, reference)).isLessThan(1e-3 * Features.largest(reference));
        }
    }

    /** Beside what is computed in fewer and larger steps: as torchvision does, one layer after the other, in float32. */
    @ParameterizedTest
    @ValueSource(strings = { "resnet101", "vgg16" })
    void computesWhatTheLayersGiveOneByOne(String architecture) {
        // Given
        List<byte[]> images = List.of(RuleWeights.image(0), RuleWeights.image(1));
        float[] reference = LayerByLayer.features(Architecture.named(architecture).orElseThrow(), images);
        try (Backbone backbone = open(architecture, "float32"); BackboneWorker worker = backbone.openWorker(2)) {
            // When
            float[][] features = worker.embed(images);
            // Then
            assertThat(features[0]).hasSize(architecture.equals("vgg16") ? 4096 : 2048);
            assertThat(Features.largest(reference)).isGreaterThan(0.1);
            float[] both = Features.concatenated(features);
            assertThat(Features.largestDifference(both, reference)).isLessThan(1e-3 * Features.largest(reference));
        }
    }

    @Test
    void hasNoMapsWhereFeaturesAreNoMeans() {
        // Given
        try (Backbone backbone = open("vgg11", "float32"); BackboneWorker worker = backbone.openWorker(1)) {
            List<byte[]> inputs = List.of(RuleWeights.image(0));
            // When // Then
            assertThat(backbone.hasMaps()).isFalse();
            assertThatThrownBy(() -> worker.embedWithMaps(inputs, 0)).hasMessage("this backbone has no maps");
            assertThatThrownBy(() -> backbone.see(new SampleContent.Raster(new byte[3], 1, 1), OptionalInt.empty()))
                    .hasMessage("backbone 'vgg11' has no maps");
            float[] reference = Arrays.copyOf(SharedFolder.floats("golden/architectures/vgg11.f32"), 4096);
            assertThat(Features.cosine(worker.embed(inputs)[0], reference)).isGreaterThan(0.9995);
        }
    }

    @Test
    void computesTheSameForAnImageAloneAndInABatch() {
        // Given
        try (BackboneWorker worker = resnet18.openWorker(3)) {
            float[] alone = worker.embed(List.of(RuleWeights.image(1)))[0];
            // When
            float[][] batch = worker.embed(List.of(RuleWeights.image(0), RuleWeights.image(1), RuleWeights.image(0)));
            // Then
            assertThat(Features.largestDifference(batch[1], alone)).isLessThan(1e-4 * Features.largest(alone));
            assertThat(batch[2]).isEqualTo(batch[0]);
        }
    }

    @Test
    void embedsInSeveralThreadsAtOnce() throws Exception {
        // Given
        float[] expected;
        try (BackboneWorker worker = resnet18.openWorker(1)) {
            expected = worker.embed(List.of(RuleWeights.image(0)))[0];
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        Callable<float[]> embed = () -> {
            try (BackboneWorker worker = resnet18.openWorker(1)) {
                return worker.embed(List.of(RuleWeights.image(0)))[0];
            }
        };
        // When
        List<Future<float[]>> features = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            features.add(threads.submit(embed));
        }
        // Then
        for (Future<float[]> feature : features) {
            assertThat(feature.get()).isEqualTo(expected);
        }
        threads.shutdown();
    }

    @Test
    void computesNearlyTheSameInBfloat16() {
        Bfloat16.require();
        // Given
        try (Backbone halved = open("resnet18", "bfloat16");
                BackboneWorker half = halved.openWorker(1);
                BackboneWorker full = resnet18.openWorker(1)) {
            // When
            float[] rounded = half.embed(List.of(RuleWeights.image(0)))[0];
            float[] exact = full.embed(List.of(RuleWeights.image(0)))[0];
            // Then
            assertThat(Features.cosine(rounded, exact)).isGreaterThan(0.9995);
            assertThat(rounded).isNotEqualTo(exact);
            assertThat(halved.descriptor().precision()).isEqualTo("bfloat16");
            assertThat(halved.descriptor().sha256()).isEqualTo(resnet18.descriptor().sha256());
        }
    }

    @Test
    void givesTheMapsOfChosenInputsBesideTheSameFeatures() {
        // Given
        List<byte[]> inputs = List.of(RuleWeights.image(0), RuleWeights.image(1), RuleWeights.image(0));
        try (BackboneWorker worker = resnet18.openWorker(3)) {
            float[][] plain = worker.embed(inputs);
            // When
            MappedFeatures mapped = worker.embedWithMaps(inputs, 1, 2);
            // Then
            assertThat(mapped.features()).isDeepEqualTo(plain);
            assertThat(mapped.maps()).hasSize(2);
            for (int i = 0; i < 2; i++) {
                FeatureMaps maps = mapped.maps().get(i);
                assertThat(List.of(maps.dimension(), maps.rows(), maps.columns())).containsExactly(512, 7, 7);
                assertThat(Features.largestDifference(means(maps), plain[i + 1])).isLessThan(1e-5);
            }
        }
    }

    private static float[] means(FeatureMaps maps) {
        float[] means = new float[maps.dimension()];
        for (int map = 0; map < means.length; map++) {
            for (int row = 0; row < maps.rows(); row++) {
                for (int column = 0; column < maps.columns(); column++) {
                    means[map] += maps.value(map, row, column) / (maps.rows() * maps.columns());
                }
            }
        }
        return means;
    }

    @Test
    void refusesBatchesThatItHasNoRoomFor() {
        try (BackboneWorker worker = resnet18.openWorker(1)) {
            byte[] image = RuleWeights.image(0);
            assertThatThrownBy(() -> worker.embed(List.of(image, image))).hasMessage("batch has 2 inputs (expected: 1 to 1)");
            assertThatThrownBy(() -> worker.embed(List.of())).hasMessage("batch has 0 inputs (expected: 1 to 1)");
            assertThatThrownBy(() -> worker.embed(List.of(new byte[5])))
                    .hasMessage("input has 5 bytes (expected: " + 224 * 224 * 3 + ")");
        }
    }

    @Test
    void refusesContentThatIsNoImage() {
        assertThatThrownBy(() -> resnet18.prepare(new SampleContent.Text("hello"))).isInstanceOf(Problem.class)
                .hasMessage("backbone 'resnet18' does not embed text (expected: image)");
    }
}
