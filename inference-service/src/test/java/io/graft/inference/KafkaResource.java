package io.graft.inference;

import java.util.Map;

import io.graft.testing.KafkaBroker;
import io.graft.testing.TemporaryFolder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/** A real broker for the service under test. */
public final class KafkaResource implements QuarkusTestResourceLifecycleManager {

    static final String PREFIX = "test.";
    static final String PID = "graft-test.broker-pid";

    private final TemporaryFolder folder = TemporaryFolder.create("graft-kafka-");
    private final KafkaBroker broker = KafkaBroker.start(folder.path());

    @Override
    public Map<String, String> start() {
        return Map.of("kafka.bootstrap.servers", broker.bootstrapServers(), "graft.topics.create", "true",
                "graft.topics.prefix", PREFIX, PID, Long.toString(broker.pid()));
    }

    @Override
    public void stop() {
        broker.close();
        folder.close();
    }
}
