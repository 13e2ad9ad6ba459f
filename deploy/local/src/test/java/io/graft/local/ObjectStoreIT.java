package io.graft.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.testing.Ports;

/** What the services do with the keys of the object store when they start, before they ask anybody else. */
class ObjectStoreIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by the test extension
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = { "trainer-service", "inference-service" })
    void opensABucketWithEveryKey(String module) {
        // Given
        Map<String, String> keys = Map.of("graft.objects.url", "s3://models/graft", "graft.objects.timeout", "30s",
                "graft.objects.s3.endpoint", "http://localhost:9000", "graft.objects.s3.region", "eu-central-1",
                "graft.objects.s3.path-style", "true", "graft.objects.s3.access-key-id", "graft",
                "graft.objects.s3.secret-access-key", "hunter2");

        // When
        try (ServiceProcess service = launch(module, keys)) {
            service.awaitUntil("told of its object store", LIMIT, () -> log(service).contains("Object store opened url="));

            // Then
            assertThat(log(service)).contains("Object store opened url=s3://models/graft").doesNotContain("hunter2");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "trainer-service", "inference-service" })
    void doesNotStartWithAWrongUrl(String module) {
        // Given
        Map<String, String> keys = Map.of("graft.objects.url", "s3:models");

        // When
        try (ServiceProcess service = launch(module, keys)) {

            // Then
            assertThatThrownBy(() -> service.awaitUntil("ready", LIMIT, service::isReady))
                    .hasMessageContaining("ended with exit code 1").hasMessageContaining(
                            "object store 's3:models' is no bucket (expected: s3://bucket or s3://bucket/prefix)");
        }
    }

    private ServiceProcess launch(String module, Map<String, String> keys) {
        Map<String, String> properties = new HashMap<>(keys);
        properties.put("kafka.bootstrap.servers", "localhost:" + Ports.free());
        return new ServiceProcess(module, LocalStack.jar(module), Ports.free(), folder.resolve("log"), List.of("-Xmx256m"),
                properties);
    }

    private static String log(ServiceProcess service) {
        try {
            return Files.readString(service.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
