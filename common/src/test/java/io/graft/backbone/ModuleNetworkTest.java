package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.digest.Digests;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

class ModuleNetworkTest {

    private static final BackboneId MINE = new BackboneId("mine");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;

    /** A module whose forward pass is one expression of x, [n, 3, 32, 32]. */
    private BackboneConfig config(String expression) throws IOException {
        String source = """
                class Extractor(Module):
                  __parameters__ = []
                  __buffers__ = []
                  def forward(self: __torch__.Extractor,
                    x: Tensor) -> Tensor:
                    return %s
                """.formatted(expression);
        return config(Files.write(folder.resolve("extractor.pt"), TorchArchive.of("Extractor", source)));
    }

    private static BackboneConfig config(Path file) throws IOException {
        return new BackboneConfig(MINE, Optional.of(file.toString()), Optional.of(Digests.sha256Hex(file)),
                Map.of("architecture", "torchscript", "resize", "32", "crop", "32", "mean", "0.5,0.5,0.5", "std",
                        "0.25,0.5,1"),
                "auto", "cpu");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "torch.mean(x, [2, 3])", "torch.adaptive_avg_pool2d(x, [1, 1])" })
    void embedsByAModuleOfTheUsersOwn(String expression) throws IOException {
        // Given
        BackboneConfig config = config(expression);
        SampleContent red = new SampleContent.Raster(new byte[] { (byte) 255, 0, 51 }, 1, 1);
        SampleContent black = new SampleContent.Raster(new byte[3], 1, 1);
        try (Backbones backbones = Backbones.open(BackbonesConfig.of(config));
                BackboneWorker worker = backbones.image().openWorker(2)) {
            Backbone backbone = backbones.image();
            // When
            float[][] features = worker.embed(List.of(backbone.prepare(red), backbone.prepare(black)));
            // Then
            assertThat(features[0]).containsExactly(new float[] { 2, -1, -0.3f }, within(1e-5f));
            assertThat(features[1]).containsExactly(new float[] { -2, -1, -0.5f }, within(1e-5f));
            assertThat(backbone.descriptor().dimension()).isEqualTo(3);
            assertThat(backbone.descriptor().architecture()).isEqualTo("torchscript");
            assertThat(backbone.descriptor().precision()).isEqualTo("float32");
            assertThat(backbone.descriptor().contentKind()).isEqualTo("image");
            assertThat(backbone.hasMaps()).isFalse();
        }
    }

    @Test
    void hasADigestThatFollowsModuleAndPreprocessing() throws IOException {
        // Given
        BackboneConfig mean = config("torch.mean(x, [2, 3])");
        String first = sha256(mean);
        // When
        String again = sha256(mean);
        String other = sha256(config("torch.amax(x, [2, 3])"));
        // Then
        assertThat(again).isEqualTo(first).isNotEqualTo(other).hasSize(64);
    }

    private static String sha256(BackboneConfig config) {
        try (Backbones backbones = Backbones.open(BackbonesConfig.of(config))) {
            return backbones.image().descriptor().sha256();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "x|[2, 3, 32, 32]", "torch.sum(x)|[]", "torch.mean(x, [0, 2])|[3, 32]" })
    void refusesAModuleThatGivesNoFeatures(String expression, String shape) throws IOException {
        BackboneConfig config = config(expression);
        assertThatThrownBy(() -> Backbones.open(BackbonesConfig.of(config))).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' cannot be opened: torchscript module gives " + shape
                        + " for 2 images (expected: features [images, dimension] or [images, dimension, 1, 1])");
    }

    @Test
    void refusesAFileThatIsNoModule() throws IOException {
        BackboneConfig config = config(Files.write(folder.resolve("extractor.pt"), new byte[100]));
        assertThatThrownBy(() -> Backbones.open(BackbonesConfig.of(config))).isInstanceOf(Problem.class)
                .hasMessageStartingWith("backbone 'mine' cannot be opened: torchscript module "
                        + folder.resolve("extractor.pt") + " does not load: ");
    }

    /** A module is a program: only one whose bytes the configuration knows is run. */
    @Test
    void refusesAModuleWithoutAPinnedDigest() {
        assertThatThrownBy(() -> new BackboneConfig(MINE, Optional.of("a.pt"), Optional.empty(),
                Map.of("architecture", "torchscript"), "auto", "auto")).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' is a torchscript module without a sha256 (expected: one, because it is code)");
        assertThatThrownBy(() -> new BackboneConfig(MINE, Optional.of("a.pt"), Optional.of("0".repeat(64)),
                Map.of("architecture", "torchscript"), "bfloat16", "auto")).isInstanceOf(Problem.class)
                .hasMessage("backbone 'mine' is a torchscript module in bfloat16 (expected: auto or float32)");
    }
}
