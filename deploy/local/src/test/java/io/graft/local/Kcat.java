package io.graft.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;

/** The command-line client of librdkafka: another implementation of the protocol, with another partitioner. */
final class Kcat {

    private final String bootstrapServers;

    private Kcat(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /** Skips the test, loudly, on a machine without the command. */
    static Kcat require(String bootstrapServers) throws InterruptedException {
        boolean installed;
        try {
            installed = new ProcessBuilder("kcat", "-V").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            installed = false;
        }
        if (!installed) {
            System.out.println("SKIPPED: kcat is not installed, so nothing was published by a foreign client");
        }
        Assumptions.assumeTrue(installed, "kcat is not installed");
        return new Kcat(bootstrapServers);
    }

    /** Publishes a file's bytes as one record. */
    void publish(String topic, String key, Map<String, String> headers, Path file) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kcat", "-b", bootstrapServers, "-P", "-t", topic, "-k", key));
        headers.forEach((name, value) -> command.addAll(List.of("-H", name + "=" + value)));
        command.add(file.toString());
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with exit code " + process.exitValue());
        }
    }
}
