package io.graft.trainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

import io.graft.testing.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/** Gives the service under test a real broker; its address stays in a system property for the tests' own clients. */
public class TrainerKafka implements QuarkusTestResourceLifecycleManager {

    static final String BOOTSTRAP = "graft.test.bootstrap";

    private KafkaBroker broker;

    @Override
    public Map<String, String> start() {
        try {
            broker = KafkaBroker.start(Files.createTempDirectory("graft-trainer-test"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.setProperty(BOOTSTRAP, broker.bootstrapServers());
        return Map.of("kafka.bootstrap.servers", broker.bootstrapServers(), "graft.topics.create", "true",
                "graft.replica.name", "test");
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
