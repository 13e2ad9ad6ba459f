package io.graft.trainer.setup;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

import io.graft.store.ObjectStoreConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where lies what does not fit a message. */
@ConfigMapping(prefix = "graft.objects")
public interface ObjectsConfig {

    /**
     * Where files lie that do not fit a message: {@code s3://bucket/prefix} or {@code file:///folder}, the same on both
     * services; absent: nowhere.
     */
    Optional<URI> url();

    /** How long storing or fetching one file may take, tries and waiting included; above 0, at most an hour. */
    @WithDefault("2m")
    Duration timeout();

    /** As the store takes it; empty: there is none. */
    default Optional<ObjectStoreConfig> toConfig(ObjectsS3Config s3) {
        return url().map(url -> new ObjectStoreConfig(url, s3.endpoint(), s3.region(), s3.pathStyle(), s3.accessKeyId(),
                s3.secretAccessKey(), timeout()));
    }
}
