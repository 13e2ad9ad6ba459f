package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.sun.net.httpserver.HttpServer;

import io.graft.digest.Digests;
import io.graft.download.DownloadRules;
import io.graft.id.BackboneId;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleKey;
import io.graft.tensor.TorchFiles;
import io.graft.testing.SharedFolder;

class BackbonesTest {

    private static final int BATCH_SIZE_MAX = 16;

    private static final BackboneId MINE = new BackboneId("mine");

    private static Backbones backbones;
    private Instant now = Instant.parse("2026-01-01T12:00:00Z");

    @BeforeAll
    static void open() {
        backbones = Backbones.open(bundled("float32"));
    }

    @AfterAll
    static void close() {
        backbones.close();
    }

    private static BackbonesConfig bundled(String precision) {
        return BackbonesConfig.of(BackboneConfig.bundled(precision));
    }

    @Test
    void bringsAPreTrainedBackbone() {
        BackboneDescriptor descriptor = backbones.image().descriptor();
        assertThat(descriptor.id()).hasToString("resnet18");
        assertThat(descriptor.dimension()).isEqualTo(512);
        assertThat(descriptor.sha256()).isEqualTo("9284661d538a205f236de21027f39367241a3630f2113b5f21e8a166ea0456c3");
    }

    @Test
    void embedsAnImage() {
        // Given
        SampleContent image = DrawnImage.jpeg(DrawnImage.gradient(300, 200, BufferedImage.TYPE_3BYTE_BGR));
        Backbone backbone = backbones.forContent(image);
        try (BackboneWorker worker = backbone.openWorker(1)) {
            // When
            float[][] features = worker.embed(List.of(backbone.prepare(image)));
            // Then
            assertThat(features).hasDimensions(1, 512);
            assertThat(Features.largest(features[0])).isBetween(0.1, 100.0);
        }
    }

    @Test
    void preparesAnImageWithItsViews() {
        // Given
        SampleContent image = DrawnImage.jpeg(DrawnImage.gradient(300, 200, BufferedImage.TYPE_3BYTE_BGR));
        Backbone backbone = backbones.forContent(image);
        SampleKey key = new SampleKey(new TaskId("birds"), new SampleId("wren-1"));
        // When
        List<byte[]> inputs = backbone.prepare(image, List.of(new View(key, 1), new View(key, 2)));
        // Then
        assertThat(inputs).hasSize(3);
        assertThat(inputs.get(0)).isEqualTo(backbone.prepare(image)).hasSameSizeAs(inputs.get(1));
        assertThat(inputs.get(1)).isNotEqualTo(inputs.get(0)).isNotEqualTo(inputs.get(2));
        assertThat(backbone.prepare(image, List.of(new View(key, 2))).get(1)).isEqualTo(inputs.get(2));
    }

    @Test
    void hasNoViewsOfAVector() {
        // Given
        SampleContent vector = new SampleContent.Vector(new float[3]);
        View view = new View(new SampleKey(new TaskId("birds"), new SampleId("wren-1")), 1);
        // Then
        assertThatThrownBy(() -> backbones.forContent(vector).prepare(vector, List.of(view)))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("views are asked of vector (expected: of an image)");
    }

    @Test
    void passesAVectorThrough() {
        // Given
        SampleContent vector = new SampleContent.Vector(new float[] { 1, -2.5f, Float.MIN_VALUE });
        Backbone backbone = backbones.forContent(vector);
        try (BackboneWorker worker = backbone.openWorker(2)) {
            // When
            float[][] features = worker.embed(List.of(backbone.prepare(vector), backbone.prepare(vector)));
            // Then
            assertThat(features[1]).containsExactly(1, -2.5f, Float.MIN_VALUE);
            assertThat(backbone.descriptor().dimension()).isEqualTo(3);
            assertThat(backbone.descriptor().id()).hasToString("vector");
            assertThat(backbone.descriptor().sha256())
                    .isEqualTo("91a283380a31896665da0fc22855a53ef1d425f2b11b95c3e3d6a0407764c99f");
            assertThat(backbones.forContent(vector)).isSameAs(backbone);
        }
    }

    @Test
    void refusesAVectorOfAnotherLength() {
        // Given
        Backbone backbone = backbones.forContent(new SampleContent.Vector(new float[3]));
        // When
        // Then
        assertThatThrownBy(() -> backbone.prepare(new SampleContent.Vector(new float[2]))).isInstanceOf(Problem.class)
                .hasMessage("vector has 2 numbers (expected: 3)");
    }

    @Test
    void opensTheBackboneForTextsWithTheFirstText() {
        // Given
        SampleContent text = new SampleContent.Text("hello");
        BackbonesConfig narrow = new BackbonesConfig(Map.of(), BackboneConfig.BUNDLED.id(), 1 << 20, 1 << 20, 1,
                Duration.ofMinutes(1), DownloadRules.USUAL);
        try (Backbones fresh = Backbones.open(narrow)) {
            BackboneDescriptor known = TextBackbone.DESCRIPTOR;
            assertThat(fresh.opened(known.id())).isEmpty();
            assertThat(fresh.find(known.sha256(), 384)).isEmpty();
            assertThat(fresh.knows(known.sha256(), 384)).isTrue();
            assertThat(fresh.knows(known.sha256(), 383)).isFalse();
            // When
            Backbone backbone = fresh.forContent(text);
            // Then
            assertThat(backbone.descriptor()).isEqualTo(known).extracting(BackboneDescriptor::contentKind).isEqualTo("text");
            assertThat(fresh.forContent(text)).isSameAs(backbone);
            assertThat(fresh.find(known.sha256(), 384)).containsSame(backbone);
            assertThat(fresh.find(known.sha256(), 383)).isEmpty();
            BackboneStatus status = fresh.statuses().get(0);
            assertThat(status.id() + " " + status.state() + " " + status.source()).isEqualTo("minilm OPEN bundled");
            assertThat(status.millisecondsPerSample().orElseThrow()).isPositive();
        }
    }

    @Test
    void findsABackboneByItsDigest() {
        // Given
        BackboneDescriptor image = backbones.image().descriptor();
        BackboneDescriptor vector = backbones.forContent(new SampleContent.Vector(new float[7])).descriptor();
        // When
        // Then
        assertThat(backbones.find(image.sha256(), 512)).containsSame(backbones.image());
        assertThat(backbones.find(image.sha256(), 511)).isEmpty();
        assertThat(backbones.find(vector.sha256(), 7).map(Backbone::descriptor)).contains(vector);
        assertThat(backbones.find(vector.sha256(), 8)).isEmpty();
        assertThat(backbones.find(vector.sha256(), -1)).isEmpty();
    }

    @Test
    void opensWeightsOfTheUsersOwn(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.write(folder.resolve("mine.safetensors"),
                RuleWeights.file("resnet34"));
        // When
        try (Backbones opened = Backbones.open(own(file, Optional.empty()))) {
            // Then
            assertThat(opened.image().descriptor().architecture()).isEqualTo("resnet34");
            assertThat(opened.image().descriptor().id()).hasToString("mine");
        }
    }

    /** The weights of {@code state_dict()} are those of the safetensors file, so the digest is. */
    @Test
    void opensAFolderWithWeightsThatTorchSaved(@TempDir Path folder) throws IOException {
        // Given
        Files.write(folder.resolve("resnet18.pth"), TorchFiles.stateDict(RuleWeights.tensors("resnet18")));
        Files.writeString(folder.resolve("readme.md"), "torchvision's");
        float[] reference = Arrays.copyOf(SharedFolder.floats("golden/architectures/resnet18.f32"), 512);
        BackboneConfig config = new BackboneConfig(MINE, Optional.of(folder.toString()), Optional.empty(),
                Map.of("architecture", "resnet18", "resize", "224"), "float32", "cpu");
        // When
        try (Backbones opened = Backbones.open(BackbonesConfig.of(config));
                BackboneWorker worker = opened.image().openWorker(1)) {
            // Then
            float[] feature = worker.embed(List.of(RuleWeights.image(0)))[0];
            assertThat(Features.largestDifference(feature, reference)).isLessThan(1e-3 * Features.largest(reference));
            assertThat(opened.image().descriptor().sha256())
                    .isEqualTo("83150647ec697368f190d58e76a13667074c4cd4213b5e47e243178e0e0842bd");
        }
    }

    @Test
    void opensTheWeightsOfATorchScriptArchive(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.write(folder.resolve("resnet18.pt"), TorchFiles.torchScript(RuleWeights.tensors("resnet18")));
        BackboneConfig config = new BackboneConfig(MINE, Optional.of(file.toString()), Optional.empty(),
                Map.of("architecture", "resnet18", "resize", "224"), "float32", "cpu");
        // When
        try (Backbones opened = Backbones.open(BackbonesConfig.of(config))) {
            // Then
            assertThat(opened.image().descriptor().sha256())
                    .isEqualTo("83150647ec697368f190d58e76a13667074c4cd4213b5e47e243178e0e0842bd");
        }
    }

    @Test
    void opensWeightsFromTheWebAndKeepsThem(@TempDir Path folder) throws IOException {
        // Given
        byte[] bytes = TorchFiles.stateDict(RuleWeights.tensors("resnet18"));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/resnet18.pth", exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        String uri = "http://localhost:" + server.getAddress().getPort() + "/resnet18.pth";
        BackboneConfig config = new BackboneConfig(MINE, Optional.of(uri + "?token=secret"),
                Optional.of(Digests.sha256Hex(bytes)), Map.of("architecture", "resnet18", "resize", "224"),
                "float32", "cpu");
        DownloadRules downloads = new DownloadRules(folder, 1 << 26, Duration.ofMinutes(1));
        BackbonesConfig all = new BackbonesConfig(Map.of(MINE, config), MINE, 1 << 20, 1 << 20, 1, Duration.ofMinutes(1),
                downloads);
        // When
        try (Backbones opened = Backbones.open(all)) {
            // Then
            assertThat(opened.image().descriptor().sha256())
                    .isEqualTo("83150647ec697368f190d58e76a13667074c4cd4213b5e47e243178e0e0842bd");
            assertThat(opened.statuses().get(0).source()).isEqualTo(uri);
        } finally {
            server.stop(0);
        }
        try (Backbones again = Backbones.open(all)) {
            assertThat(again.image().descriptor().dimension()).isEqualTo(512);
        }
    }

    @Test
    void saysWhichBackboneFromWhereAndWhatToDoWithoutANetwork(@TempDir Path folder) {
        // Given
        BackboneConfig config = new BackboneConfig(MINE, Optional.of("https://weights.invalid/a.pth"),
                Optional.of("0".repeat(64)), Map.of("architecture", "resnet18"), "float32", "cpu");
        BackbonesConfig all = new BackbonesConfig(Map.of(MINE, config), MINE, 1 << 20, 1 << 20, 1, Duration.ofMinutes(1),
                new DownloadRules(folder, 1 << 26, Duration.ofMinutes(1)));
        // When // Then
        assertThatThrownBy(() -> Backbones.open(all)).isInstanceOf(Problem.class)
                .hasMessageStartingWith("backbone 'mine' cannot be opened: https://weights.invalid/a.pth cannot be fetched: ")
                .hasMessageEndingWith("(expected: a way to it, or the file itself at "
                        + folder.resolve("0".repeat(64)).resolve("file") + ")");
    }

    @Test
    void refusesAFolderThatLeavesAChoice(@TempDir Path folder) throws IOException {
        // Given
        Files.write(folder.resolve("b.pth"), new byte[1]);
        Files.write(folder.resolve("a.safetensors"), new byte[1]);
        // When // Then
        assertThatThrownBy(() -> Backbones.open(own(folder, Optional.empty()))).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' cannot be opened: weights folder " + folder
                        + " has 2 weights files [a.safetensors, b.pth] (expected: 1, of .safetensors, .pth or .pt)");
    }

    @Test
    void refusesWeightsOfAnotherDigest(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.write(folder.resolve("mine.safetensors"), new byte[] { 1 });
        // When
        // Then
        assertThatThrownBy(() -> Backbones.open(own(file, Optional.of("00".repeat(32))))).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' cannot be opened: weights file " + file
                        + " has SHA-256 4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a (expected: "
                        + "00".repeat(32) + ")")
                .extracting(e -> ((Problem) e).type()).isEqualTo(ProblemType.BROKEN);
    }

    @Test
    void refusesWeightsThatAreNotThere(@TempDir Path folder) {
        // Given
        Path file = folder.resolve("mine.safetensors");
        // When
        // Then
        assertThatThrownBy(() -> Backbones.open(own(file, Optional.empty()))).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' cannot be opened: weights file " + file + " cannot be read: " + file);
    }

    private static BackbonesConfig own(Path file, Optional<String> sha256) {
        return BackbonesConfig.of(mine(Optional.of(file), sha256));
    }

    private static BackboneConfig mine(Optional<Path> file, Optional<String> sha256) {
        return new BackboneConfig(MINE, file.map(Path::toString), sha256, Map.of(), "float32", "cpu");
    }

    @Test
    void opensEachBackboneWhenItIsNeeded(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.write(folder.resolve("mine.safetensors"), RuleWeights.file("resnet34"));
        try (Backbones two = new Backbones(
                BackbonesConfig.of(BackboneConfig.BUNDLED, mine(Optional.of(file), Optional.empty())),
                () -> now)) {
            assertThat(two.statuses()).extracting(BackboneStatus::state).containsOnly(BackboneStatus.State.CLOSED);
            // When
            Backbone mine = two.open(MINE);
            // Then
            assertThat(two.open(MINE)).isSameAs(mine);
            assertThat(two.find(mine.descriptor().sha256(), 512)).containsSame(mine);
            assertThat(two.opened(BackboneConfig.BUNDLED.id())).isEmpty();
            assertThat(two.statuses()).extracting(status -> status.id() + " " + status.state())
                    .containsExactly("mine OPEN", "minilm CLOSED", "resnet18 CLOSED");
            BackboneStatus status = two.statuses().get(0);
            assertThat(status.architecture()).contains("resnet34");
            assertThat(status.source()).isEqualTo(file.toString());
            assertThat(status.millisecondsPerSample().orElseThrow()).isPositive();
            assertThat(two.statuses().get(1).source()).isEqualTo("bundled");
        }
    }

    @Test
    void opensOnceForAllWhoNeedItAtOnce(@TempDir Path folder) throws Exception {
        // Given
        Path file = Files.write(folder.resolve("mine.safetensors"), RuleWeights.file("resnet18"));
        try (Backbones one = new Backbones(own(file, Optional.empty()), () -> now)) {
            // When
            List<CompletableFuture<Backbone>> opened = Stream
                    .generate(() -> CompletableFuture.supplyAsync(() -> one.open(MINE)))
                    .limit(4).toList();
            // Then
            Backbone first = opened.get(0).get(5, TimeUnit.MINUTES);
            for (CompletableFuture<Backbone> other : opened) {
                assertThat(other.get(5, TimeUnit.MINUTES)).isSameAs(first);
            }
        }
    }

    @Test
    void remembersAFailureForAWhile(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.write(folder.resolve("mine.safetensors"), new byte[] { 1 });
        try (Backbones one = new Backbones(own(file, Optional.empty()), () -> now)) {
            assertThatThrownBy(() -> one.open(MINE)).hasMessageContaining("backbone 'mine' cannot be opened: ");
            Files.write(file, RuleWeights.file("resnet18"));
            // When
            now = now.plusSeconds(59);
            assertThatThrownBy(() -> one.open(MINE)).hasMessageContaining("backbone 'mine' cannot be opened: ");
            assertThat(one.failure(MINE)).isPresent();
            assertThat(one.statuses().get(0).problem().orElseThrow().code()).isEqualTo("BACKBONE_BROKEN");
            now = now.plusSeconds(1);
            // Then
            assertThat(one.failure(MINE)).isEmpty();
            assertThat(one.open(MINE).descriptor().architecture()).isEqualTo("resnet18");
        }
    }

    @Test
    void opensNoMoreThanItMay(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.write(folder.resolve("mine.safetensors"), RuleWeights.file("resnet18"));
        BackbonesConfig narrow = new BackbonesConfig(Map.of(MINE, mine(Optional.of(file), Optional.empty())),
                BackboneConfig.BUNDLED.id(), 1 << 20, 1 << 20, 1, Duration.ofMinutes(1), DownloadRules.USUAL);
        try (Backbones one = Backbones.open(narrow)) {
            // When // Then
            assertThatThrownBy(() -> one.open(MINE)).hasMessage("backbone 'mine' cannot be opened: no further one may be open"
                    + " (expected: fewer in use, or a higher limit)")
                    .extracting(e -> ((Problem) e).type()).isEqualTo(ProblemType.BUSY);
        }
    }

    @Test
    void refusesAConfigurationThatBreaksARule() {
        assertThatThrownBy(
                () -> new BackboneConfig(new BackboneId("vector"), Optional.empty(), Optional.empty(), Map.of(), "auto",
                        "auto"))
                .isInstanceOf(Problem.class)
                .hasMessage("backbone 'vector' has a name that is the identity's (expected: another)");
        assertThatThrownBy(() -> mine(Optional.empty(), Optional.empty())).isInstanceOf(Problem.class)
                .hasMessage(
                        "backbone 'mine' has no weights (expected: a file; only 'resnet18' and 'minilm' have bundled ones)");
        assertThatThrownBy(
                () -> new BackboneConfig(new BackboneId("minilm"), Optional.empty(), Optional.empty(), Map.of(), "auto", "gpu"))
                .isInstanceOf(Problem.class).hasMessage(
                        "backbone 'minilm' is that of texts (expected: no weights of its own, float32 on the cpu)");
        assertThatThrownBy(() -> mine(Optional.of(Path.of("a.pth")), Optional.of("5"))).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' has sha256 '5' (expected: 64 hex digits)");
        assertThatThrownBy(() -> declaring(Map.of("architecture", "vit"))).isInstanceOf(Problem.class).hasMessage(
                "backbone 'mine' has architecture 'vit' (expected: torchscript or one of [resnet18, resnet34, resnet50, resnet101, vgg11,"
                        + " vgg16])");
        assertThatThrownBy(() -> declaring(Map.of("side", "3"))).isInstanceOf(Problem.class).hasMessage(
                "backbone 'mine' declares [side] (expected: some of [architecture, crop, interpolation, mean, resize, std])");
        assertThatThrownBy(() -> ofWeights("https://example.org/a.pth")).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' has weights from the web without a sha256 (expected: one)");
        assertThatThrownBy(() -> ofWeights("djl://ai.djl.pytorch")).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' has weights 'djl://ai.djl.pytorch' (expected: djl://GROUP/ARTIFACT)");
        assertThatThrownBy(() -> limits("minilm", 1, 1)).isInstanceOf(Problem.class)
                .hasMessage("the backbone for images is 'minilm' (expected: one of [resnet18])");
        assertThatThrownBy(() -> limits("mine", 1, 1)).isInstanceOf(Problem.class)
                .hasMessage("the backbone for images is 'mine' (expected: one of [resnet18])");
        assertThatThrownBy(() -> limits("resnet18", 0, 1)).isInstanceOf(Problem.class)
                .hasMessage("imageBytesMax is 0 (expected: at least 1)");
        assertThatThrownBy(() -> limits("resnet18", 1, 0)).isInstanceOf(Problem.class)
                .hasMessage("imagePixelsMax is 0 (expected: 1 to 715827879)");
    }

    private static BackboneConfig ofWeights(String weights) {
        return new BackboneConfig(MINE, Optional.of(weights), Optional.empty(), Map.of(), "auto", "auto");
    }

    private static BackboneConfig declaring(Map<String, String> declared) {
        return new BackboneConfig(MINE, Optional.of("a.pth"), Optional.empty(), declared, "auto", "auto");
    }

    private static BackbonesConfig limits(String image, int imageBytesMax, int imagePixelsMax) {
        return new BackbonesConfig(Map.of(), new BackboneId(image), imageBytesMax, imagePixelsMax, 1, Duration.ofMinutes(1),
                DownloadRules.USUAL);
    }

    @Test
    void computesTheReferenceFromTheReferencesPixels() throws IOException {
        Bfloat16.require();
        List<String> photos = Files.readAllLines(SharedFolder.require("golden/preprocess/files.txt"));
        List<String> files = Files.readAllLines(SharedFolder.require("golden/features/val.txt"));
        float[] reference = SharedFolder.floats("golden/features/val.f32");
        try (Backbones rounding = Backbones.open(bundled("bfloat16"));
                BackboneWorker half = rounding.image().openWorker(1);
                BackboneWorker full = backbones.image().openWorker(1)) {
            for (String photo : photos) {
                // Given
                byte[] input = SharedFolder.bytes(SharedFolder.require("golden/preprocess/"
                        + photo.replace('/', '_').replace(".jpg", "") + ".146-128.rgb"));
                float[] expected = row(reference, files.indexOf(photo));
                // When
                float[] exact = full.embed(List.of(input))[0];
                float[] rounded = half.embed(List.of(input))[0];
                // Then
                assertThat(Features.largestDifference(exact, expected)).as(photo)
                        .isLessThan(1e-3 * Features.largest(expected));
                assertThat(Features.cosine(rounded, expected)).as(photo).isGreaterThan(0.9995);
            }
        }
    }

    @Test
    void comesNearTheReferenceFromTheFiles() throws IOException {
        for (String split : List.of("train", "val")) {
            List<String> files = Files.readAllLines(SharedFolder.require("golden/features/" + split + ".txt"));
            float[] reference = SharedFolder.floats("golden/features/" + split + ".f32");
            try (BackboneWorker worker = backbones.image().openWorker(BATCH_SIZE_MAX)) {
                for (int from = 0; from < files.size(); from += BATCH_SIZE_MAX) {
                    // Given
                    List<String> batch = files.subList(from, Math.min(files.size(), from + BATCH_SIZE_MAX));
                    List<byte[]> inputs = batch.stream().map(BackbonesTest::input).toList();
                    // When
                    float[][] features = worker.embed(inputs);
                    // Then
                    for (int i = 0; i < features.length; i++) {
                        assertThat(Features.cosine(features[i], row(reference, from + i))).as(batch.get(i)).isGreaterThan(0.99);
                    }
                }
            }
        }
    }

    private static byte[] input(String photo) {
        byte[] file = SharedFolder.bytes(SharedFolder.require("data/hymenoptera/" + photo));
        return backbones.image().prepare(new SampleContent.Image(file, ImageFormat.sniff(file).orElseThrow()));
    }

    private static float[] row(float[] rows, int row) {
        float[] copy = new float[512];
        System.arraycopy(rows, row * 512, copy, 0, 512);
        return copy;
    }
}
