package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.graft.backbone.BackboneConfig;
import io.graft.backbone.BackbonesConfig;
import io.graft.download.DownloadRules;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** The keys as a user writes them into {@code config/application.properties}. */
class BackboneSettingsTest {

    private static final BackboneId DEEP = new BackboneId("deep");
    private static final String SHA256 = "8".repeat(64);

    private static BackbonesConfig read(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put("java.io.tmpdir", "/tmp/of-the-system");
        SmallRyeConfig config = new SmallRyeConfigBuilder().addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(all, "application.properties", 100))
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(BackboneSettings.class).withMapping(NamedBackbones.class).build();
        return config.getConfigMapping(BackboneSettings.class).toConfig(config.getConfigMapping(NamedBackbones.class));
    }

    @Test
    void readsABackboneFromTheWebAndItsLimits() {
        // Given
        Map<String, String> properties = new HashMap<>();
        properties.put("graft.backbones.deep.weights", "https://weights.example/deep.pth");
        properties.put("graft.backbones.deep.sha256", SHA256);
        properties.put("graft.backbones.deep.architecture", "resnet50");
        properties.put("graft.backbones.deep.resize", "232");
        properties.put("graft.backbones.deep.crop", "224");
        properties.put("graft.backbones.deep.interpolation", "bilinear-antialias");
        properties.put("graft.backbones.deep.mean", "0.5,0.5,0.5");
        properties.put("graft.backbones.deep.std", "0.2,0.2,0.2");
        properties.put("graft.backbones.deep.precision", "float32");
        properties.put("graft.backbones.deep.device", "cpu");
        properties.put("graft.backbone.default-image", "deep");
        properties.put("graft.backbone.download-folder", "/var/weights");
        properties.put("graft.backbone.download-bytes-max", "1000");
        properties.put("graft.backbone.download-limit", "90s");
        properties.put("graft.backbone.open-count-max", "3");
        properties.put("graft.backbone.retry-delay", "5m");
        // When
        BackbonesConfig config = read(properties);
        // Then
        assertThat(config.byId().get(DEEP)).isEqualTo(new BackboneConfig(DEEP, Optional.of("https://weights.example/deep.pth"),
                Optional.of(SHA256), Map.of("architecture", "resnet50", "resize", "232", "crop", "224", "interpolation",
                        "bilinear-antialias", "mean", "0.5,0.5,0.5", "std", "0.2,0.2,0.2"),
                "float32", "cpu"));
        assertThat(config.image()).isEqualTo(DEEP);
        assertThat(config.openCountMax()).isEqualTo(3);
        assertThat(config.retryDelay()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.downloads())
                .isEqualTo(new DownloadRules(Path.of("/var/weights"), 1000, Duration.ofSeconds(90)));
    }

    @Test
    void hasTheUsualLimitsAndTheBundledBackbonesWithoutAKey() {
        // When
        BackbonesConfig config = read(Map.of());
        // Then
        assertThat(config).isEqualTo(new BackbonesConfig(Map.of(), BackboneConfig.BUNDLED.id(), BackbonesConfig.IMAGE_BYTES_MAX,
                BackbonesConfig.IMAGE_PIXELS_MAX, 8, Duration.ofMinutes(1),
                new DownloadRules(Path.of("/tmp/of-the-system/graft-weights"), DownloadRules.SIZE_BYTES_MAX,
                        Duration.ofHours(1))));
    }

    @Test
    void refusesWhatIsMissingOrMisspelled() {
        assertThatThrownBy(() -> read(Map.of("graft.backbones.deep.weights", "https://weights.example/deep.pth")))
                .isInstanceOf(Problem.class)
                .hasMessage("backbone 'deep' has weights from the web without a sha256 (expected: one)");
        assertThatThrownBy(() -> read(Map.of("graft.backbones.deep.weight", "deep.pth")))
                .isInstanceOf(ConfigValidationException.class).hasMessageContaining("graft.backbones.deep.weight");
    }
}
