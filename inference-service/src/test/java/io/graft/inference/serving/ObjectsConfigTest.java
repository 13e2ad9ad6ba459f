package io.graft.inference.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.graft.store.ObjectStoreConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

class ObjectsConfigTest {

    @Test
    void asksForNoStoreWithoutAUrl() {
        // Given
        Map<String, String> keys = Map.of("graft.objects.s3.endpoint", "http://minio:9000");

        // When
        Optional<ObjectStoreConfig> config = read(keys);

        // Then
        assertThat(config).isEmpty();
    }

    @Test
    void needsNothingButTheUrl() {
        // Given
        Map<String, String> keys = Map.of("graft.objects.url", "s3://models/graft");

        // When
        Optional<ObjectStoreConfig> config = read(keys);

        // Then
        assertThat(config).contains(new ObjectStoreConfig(URI.create("s3://models/graft")));
    }

    @Test
    void takesEveryKey() {
        // Given
        Map<String, String> keys = Map.of("graft.objects.url", "s3://models/graft", "graft.objects.timeout", "30s",
                "graft.objects.s3.endpoint", "http://minio:9000", "graft.objects.s3.region", "eu-central-1",
                "graft.objects.s3.path-style", "true", "graft.objects.s3.access-key-id", "graft",
                "graft.objects.s3.secret-access-key", "secret");

        // When
        Optional<ObjectStoreConfig> config = read(keys);

        // Then
        assertThat(config).contains(new ObjectStoreConfig(URI.create("s3://models/graft"),
                Optional.of(URI.create("http://minio:9000")), Optional.of("eu-central-1"), true, Optional.of("graft"),
                Optional.of("secret"), Duration.ofSeconds(30)));
    }

    private static Optional<ObjectStoreConfig> read(Map<String, String> keys) {
        SmallRyeConfig config = new SmallRyeConfigBuilder().addDiscoveredConverters().addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(keys, "test", 100)).withMapping(ObjectsConfig.class)
                .withMapping(ObjectsS3Config.class).build();
        return config.getConfigMapping(ObjectsConfig.class).toConfig(config.getConfigMapping(ObjectsS3Config.class));
    }
}
