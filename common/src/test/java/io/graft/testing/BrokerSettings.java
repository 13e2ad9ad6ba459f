package io.graft.testing;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Settings of a single node that is broker and controller, on a machine that it shares with everything else. */
final class BrokerSettings {

    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private BrokerSettings() {
    }

    static Properties of(Path topics, int brokerPort, int controllerPort, Map<String, String> overrides) {
        Properties settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", "1");
        settings.setProperty("controller.quorum.voters", "1@localhost:" + controllerPort);
        settings.setProperty("listeners",
                "BROKER://localhost:" + brokerPort + "," + CONTROLLER_LISTENER + "://localhost:" + controllerPort);
        settings.setProperty("advertised.listeners", "BROKER://localhost:" + brokerPort);
        settings.setProperty("listener.security.protocol.map", "BROKER:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        settings.setProperty("inter.broker.listener.name", "BROKER");
        settings.setProperty("controller.listener.names", CONTROLLER_LISTENER);
        settings.setProperty("log.dirs", topics.toString());
        settings.setProperty("auto.create.topics.enable", "false");
        oneReplica(settings);
        small(settings);
        settings.putAll(overrides);
        return settings;
    }

    private static void oneReplica(Properties settings) {
        for (String topic : new String[] { "offsets.topic", "transaction.state.log", "share.coordinator.state.topic" }) {
            settings.setProperty(topic + ".replication.factor", "1");
            settings.setProperty(topic + ".num.partitions", "1");
        }
        settings.setProperty("transaction.state.log.min.isr", "1");
        settings.setProperty("share.coordinator.state.topic.min.isr", "1");
        settings.setProperty("group.initial.rebalance.delay.ms", "0");
        // Without these a broker that was killed is let in again only after its old session has run out: 13 s instead of 3.
        settings.setProperty("broker.session.timeout.ms", "1000");
        settings.setProperty("broker.heartbeat.interval.ms", "200");
    }

    private static void small(Properties settings) {
        settings.setProperty("num.network.threads", "2");
        settings.setProperty("num.io.threads", "4");
        // The default is half of the heap that this broker has.
        settings.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
    }
}
