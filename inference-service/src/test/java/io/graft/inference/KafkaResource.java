package io.graft.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

import io.graft.testing.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/** A real broker for the service under test. */
public final class KafkaResource implements QuarkusTestResourceLifecycleManager {

    static final String PREFIX = "test.";

    private final Path folder = temporaryFolder();
    private final KafkaBroker broker = KafkaBroker.start(folder);

    @Override
    public Map<String, String> start() {
        return Map.of("kafka.bootstrap.servers", broker.bootstrapServers(), "graft.topics.create", "true",
                "graft.topics.prefix", PREFIX);
    }

    @Override
    public void stop() {
        broker.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("graft-kafka-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
