package io.graft.trainer.setup;

import java.nio.file.Path;
import java.time.Duration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

import io.graft.backbone.BackbonesConfig;
import io.graft.download.DownloadRules;
import io.graft.id.BackboneId;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What the backbones of this process have in common. */
@ConfigMapping(prefix = "graft.backbone")
public interface BackboneSettings {

    /** The name of the backbone that embeds images. */
    @WithDefault("resnet18")
    String defaultImage();

    /** Backbones that are open at once, besides that for texts; an open one stays open. */
    @WithDefault("8")
    @Min(1)
    @Max(1000)
    int openCountMax();

    /** How long a backbone that could not be opened is not tried again. */
    @WithDefault("1m")
    Duration retryDelay();

    /** Where weights from the web and the zoo are kept; services may share it. */
    @WithDefault("${java.io.tmpdir}/graft-weights")
    Path downloadFolder();

    /** Bytes of weights that are fetched. */
    @WithDefault("2147483648")
    @Min(1)
    long downloadBytesMax();

    /** How long fetching weights may take; the next try goes on where it ended. */
    @WithDefault("1h")
    Duration downloadLimit();

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

    /** As the backbones take it. */
    default BackbonesConfig toConfig(NamedBackbones named) {
        return new BackbonesConfig(named.toConfigs(), new BackboneId(defaultImage()), imageBytesMax(), imagePixelsMax(),
                openCountMax(), retryDelay(),
                new DownloadRules(downloadFolder(), downloadBytesMax(), downloadLimit()));
    }
}
