package io.graft.trainer;

import java.util.Map;

import io.graft.testing.KafkaBroker;
import io.graft.testing.TemporaryFolder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/** Gives the service under test a real broker; its address stays in a system property for the tests' own clients. */
public class TrainerKafka implements QuarkusTestResourceLifecycleManager {

    static final String BOOTSTRAP = "graft.test.bootstrap";

    private final TemporaryFolder folder = TemporaryFolder.create("graft-trainer-");
    private final KafkaBroker broker = KafkaBroker.start(folder.path());

    @Override
    public Map<String, String> start() {
        System.setProperty(BOOTSTRAP, broker.bootstrapServers());
        return Map.of("kafka.bootstrap.servers", broker.bootstrapServers(), "graft.topics.create", "true",
                "graft.replica.name", "test", "graft.training.parallel-runs", "2",
                "graft.training-policies.\"configured\".after-sample-count", "10",
                "graft.training-policies.\"configured\".quiet-period", "1h",
                "graft.training-policies.\"configured\".request", "{\"recipe\":{\"epochs\":3}}");
    }

    @Override
    public void stop() {
        broker.close();
        folder.close();
    }
}
