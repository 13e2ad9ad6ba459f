package io.graft.testing;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;

/** The child process of {@link KafkaBroker}: formats an empty folder, serves it. */
public final class KafkaBrokerProcess {

    /** Held, because the logging system forgets the level of a logger that nobody holds. */
    private static final Logger ROOT = Logger.getLogger("");

    private KafkaBrokerProcess() {
    }

    /** Takes the file with the broker's settings and the file to create as soon as the broker serves. */
    public static void main(String[] arguments) throws Exception {
        logWarningsOnly();
        Properties settings = read(Path.of(arguments[0]));
        formatWhereEmpty(Path.of(settings.getProperty("log.dirs")));
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "broker-shutdown"));
        server.startup();
        Files.createFile(Path.of(arguments[1]));
        server.awaitShutdown();
    }

    /** Replaces what the class path configures: under Quarkus' tests that would keep every record for itself. */
    private static void logWarningsOnly() {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        ROOT.addHandler(new ConsoleHandler());
        ROOT.setLevel(Level.WARNING);
    }

    private static Properties read(Path file) throws IOException {
        Properties settings = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            settings.load(reader);
        }
        return settings;
    }

    private static void formatWhereEmpty(Path topics) throws Exception {
        if (Files.exists(topics.resolve("meta.properties"))) {
            return;
        }
        Files.createDirectories(topics);
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
                .setMetadataLogDirectory(topics.toString())
                .addDirectory(topics.toString())
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setIgnoreFormatted(false)
                .run();
    }
}
