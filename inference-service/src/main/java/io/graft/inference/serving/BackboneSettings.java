package io.graft.inference.serving;

import java.nio.file.Path;
import java.util.Optional;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.graft.backbone.BackboneConfig;
import io.graft.id.BackboneId;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The backbone of this process. */
@ConfigMapping(prefix = "graft.backbone")
public interface BackboneSettings {

    /** Its name in requests and events. */
    @WithDefault("resnet18")
    String id();

    /** A safetensors file with its weights; absent: the bundled one. */
    Optional<Path> weights();

    /** SHA-256 of that file, 64 hex digits; absent: not checked. */
    Optional<String> sha256();

    /** What the forward pass computes in: auto, float32, bfloat16 or float16. */
    @WithDefault("auto")
    String precision();

    /** Where it runs: auto, cpu or gpu. */
    @WithDefault("auto")
    String device();

    /** Bytes of an encoded image. */
    @WithDefault("16777216")
    @Min(1)
    @Max(1_073_741_824)
    int imageBytesMax();

    /** Width × height of an image, checked before it is decoded. */
    @WithDefault("25000000")
    @Min(1)
    @Max(700_000_000)
    int imagePixelsMax();

    default BackboneConfig toBackboneConfig() {
        return new BackboneConfig(new BackboneId(id()), weights(), sha256(), precision(), device(), imageBytesMax(),
                imagePixelsMax());
    }
}
