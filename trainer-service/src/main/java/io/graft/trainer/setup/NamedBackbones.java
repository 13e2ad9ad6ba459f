package io.graft.trainer.setup;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

import io.graft.backbone.BackboneConfig;
import io.graft.id.BackboneId;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;

/** The backbones by name, as in requests and events; {@code resnet18} and {@code minilm} are there without any key. */
@ConfigMapping(prefix = "graft.backbones")
public interface NamedBackbones {

    @WithParentName
    Map<String, Source> sources();

    /** One backbone: where its weights come from, and where they compute. */
    interface Source {

        /**
         * Its weights: a safetensors, {@code .pth} or TorchScript {@code .pt} file, a folder with one, an http(s) URL, or
         * {@code djl://GROUP/ARTIFACT} of DJL's model zoo; absent: bundled ones, which only {@code resnet18} and
         * {@code minilm} have.
         */
        Optional<String> weights();

        /** SHA-256 of the weights file, 64 hex digits; absent: not checked. From the web, and of code, it must be there. */
        Optional<String> sha256();

        /** What network the weights are of, or {@code torchscript}: a module of your own; absent: what the file says. */
        Optional<String> architecture();

        /** How an image is resized: {@code bilinear-antialias}; absent: what the file says. */
        Optional<String> interpolation();

        /** Pixels of an image's shorter side before the crop; absent: what the file says, or 256. */
        OptionalInt resize();

        /** Pixels of a side of the middle that the network sees; absent: what the file says, or 224. */
        OptionalInt crop();

        /** Mean of red, green and blue, from 0 to 1, with commas; absent: what the file says, or that of ImageNet. */
        Optional<String> mean();

        /** Deviation of red, green and blue, likewise. */
        Optional<String> std();

        /** What to compute in: {@code auto}, {@code float32}, {@code bfloat16} or {@code float16}. */
        @WithDefault("auto")
        String precision();

        /** Where to compute: {@code auto}, {@code cpu} or {@code gpu}. */
        @WithDefault("auto")
        String device();

        /** What is configured of what a weights file may say about itself, in its words. */
        default Map<String, String> declared() {
            Map<String, String> declared = new TreeMap<>();
            architecture().ifPresent(value -> declared.put("architecture", value));
            interpolation().ifPresent(value -> declared.put("interpolation", value));
            resize().ifPresent(value -> declared.put("resize", String.valueOf(value)));
            crop().ifPresent(value -> declared.put("crop", String.valueOf(value)));
            mean().ifPresent(value -> declared.put("mean", value));
            std().ifPresent(value -> declared.put("std", value));
            return declared;
        }
    }

    /** By id. @throws io.graft.problem.Problem INVALID when a name or a source is not valid */
    default Map<BackboneId, BackboneConfig> toConfigs() {
        Map<BackboneId, BackboneConfig> byId = new TreeMap<>();
        sources().forEach((name, source) -> {
            BackboneId id = new BackboneId(name);
            byId.put(id, new BackboneConfig(id, source.weights(), source.sha256(), source.declared(), source.precision(),
                    source.device()));
        });
        return byId;
    }
}
