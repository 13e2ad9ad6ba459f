package io.graft.trainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.graft.testing.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/** Gives the service under test a real broker; its address stays in a system property for the tests' own clients. */
public class TrainerKafka implements QuarkusTestResourceLifecycleManager {

    static final String BOOTSTRAP = "graft.test.bootstrap";

    private @Nullable KafkaBroker broker;

    @Override
    public Map<String, String> start() {
        KafkaBroker started;
        try {
            broker = started = KafkaBroker.start(Files.createTempDirectory("graft-trainer-test"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.setProperty(BOOTSTRAP, started.bootstrapServers());
        return Map.of("kafka.bootstrap.servers", started.bootstrapServers(), "graft.topics.create", "true",
                "graft.replica.name", "test", "graft.training-policies.\"configured\".after-sample-count", "10",
                "graft.training-policies.\"configured\".quiet-period", "1h",
                "graft.training-policies.\"configured\".request", "{\"recipe\":{\"epochs\":3}}");
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
