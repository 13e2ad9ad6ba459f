package io.graft.inference.serving;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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

        /** A safetensors file with its weights; absent: bundled ones, which only {@code resnet18} and {@code minilm} have. */
        Optional<Path> weights();

        /** SHA-256 of that file, 64 hex digits; absent: not checked. */
        Optional<String> sha256();

        /** What to compute in: {@code auto}, {@code float32}, {@code bfloat16} or {@code float16}. */
        @WithDefault("auto")
        String precision();

        /** Where to compute: {@code auto}, {@code cpu} or {@code gpu}. */
        @WithDefault("auto")
        String device();
    }

    /** By id. @throws io.graft.problem.Problem INVALID when a name or a source is not valid */
    default Map<BackboneId, BackboneConfig> toConfigs() {
        Map<BackboneId, BackboneConfig> byId = new TreeMap<>();
        sources().forEach((name, source) -> {
            BackboneId id = new BackboneId(name);
            byId.put(id, new BackboneConfig(id, source.weights(), source.sha256(), source.precision(), source.device()));
        });
        return byId;
    }
}
