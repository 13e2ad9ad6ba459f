package io.graft.trainer.command;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import org.apache.kafka.clients.CommonClientConfigs;

import io.graft.event.Topics;
import io.graft.problem.Problem;
import picocli.CommandLine.Option;

/** Where the topics are: the options that every command has. */
final class BrokerOptions {

    @Option(names = "--bootstrap", required = true, paramLabel = "HOST:PORT", description = "The brokers, as Kafka's clients take them.")
    private String bootstrap = "";

    @Option(names = "--prefix", defaultValue = "", description = "In front of every topic's name, as graft.topics.prefix of the services.")
    private String prefix = "";

    @Option(names = "--config", description = "Further properties of Kafka's clients, as for SASL and TLS.")
    private Optional<Path> config = Optional.empty();

    Topics topics() {
        return new Topics(prefix);
    }

    /** Settings for every client. @throws Problem INVALID when the file cannot be read */
    Map<String, Object> clientConfig() {
        Map<String, Object> settings = new HashMap<>();
        config.ifPresent(file -> read(file).forEach((name, value) -> settings.put(String.valueOf(name), value)));
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        return settings;
    }

    private static Properties read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw Problem.invalid("CLIENT_CONFIG_INVALID", "file '" + file + "' cannot be read (expected: a properties file): "
                    + e.getMessage(), e);
        }
        return properties;
    }
}
