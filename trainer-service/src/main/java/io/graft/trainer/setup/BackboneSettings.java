package io.graft.trainer.setup;

import java.nio.file.Path;
import java.util.Optional;

import jakarta.validation.constraints.Min;

import io.graft.backbone.BackboneConfig;
import io.graft.id.BackboneId;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The backbone that embeds images. */
@ConfigMapping(prefix = "graft.backbone")
public interface BackboneSettings {

    /** Its name in requests and events. */
    @WithDefault("resnet18")
    String id();

    /** A safetensors file; absent: the weights in this jar. */
    Optional<Path> weights();

    /** SHA-256 of that file, 64 hex digits; absent: not checked. */
    Optional<String> sha256();

    /** What to compute in: {@code auto}, {@code float32}, {@code bfloat16} or {@code float16}. */
    @WithDefault("auto")
    String precision();

    /** Where to compute: {@code auto}, {@code cpu} or {@code gpu}. */
    @WithDefault("auto")
    String device();

    /** The largest encoded image, in bytes. */
    @WithDefault("16777216")
    @Min(1)
    int imageBytesMax();

    /** The largest image, in pixels. */
    @WithDefault("25000000")
    @Min(1)
    int imagePixelsMax();

    /** As the backbone takes it. */
    default BackboneConfig toConfig() {
        return new BackboneConfig(new BackboneId(id()), weights(), sha256(), precision(), device(), imageBytesMax(),
                imagePixelsMax());
    }
}
