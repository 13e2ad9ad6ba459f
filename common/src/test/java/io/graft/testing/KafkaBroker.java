package io.graft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import io.graft.problem.Problem;

/**
 * A real Kafka broker, one node that is its own controller, as a child process.
 * <p>
 * A child can be killed as the kernel would kill it, and started again on the same folder and port. It ends with its parent,
 * however the parent ends. Topics are never created by accident: {@code auto.create.topics.enable} is off.
 */
public final class KafkaBroker implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private final int port;
    private final Path settings;
    private final Path log;
    private final Path ready;
    private Process child;

    private KafkaBroker(Path dataDir, int port, Map<String, String> overrides) throws IOException {
        this.port = port;
        this.settings = dataDir.resolve("broker.properties");
        this.log = dataDir.resolve("broker.log");
        this.ready = dataDir.resolve("broker.ready");
        Files.createDirectories(dataDir);
        writeSettings(BrokerSettings.of(dataDir.resolve("topics"), port, Ports.free(), overrides));
        this.child = launch();
        awaitReady();
    }

    /** Starts a broker on a free port. */
    public static KafkaBroker start(Path dataDir) {
        return start(dataDir, Ports.free());
    }

    /** Starts a broker on this port, with the settings chosen here. */
    public static KafkaBroker start(Path dataDir, int port) {
        return start(dataDir, port, Map.of());
    }

    /**
     * Starts a broker and waits until it answers.
     *
     * @param dataDir its topics, its settings and its log; what an earlier broker left there is served again
     * @param overrides settings of Kafka that replace the ones chosen here
     * @throws Problem BUSY when the port is taken; BROKEN, with the end of the broker's log, when it does not start
     */
    public static KafkaBroker start(Path dataDir, int port, Map<String, String> overrides) {
        requireFree(port);
        try {
            return new KafkaBroker(dataDir, port, overrides);
        } catch (IOException e) {
            throw new UncheckedIOException("broker cannot use the folder " + dataDir, e);
        }
    }

    public String bootstrapServers() {
        return "localhost:" + port;
    }

    public int port() {
        return port;
    }

    /** The broker's log, warnings and worse. */
    public Path log() {
        return log;
    }

    /** The broker's process, for whoever wants to stop it for a while. */
    public long pid() {
        return child.pid();
    }

    /** Ends the broker as {@code kill -9} does: nothing is flushed, nobody is told. */
    public void kill() {
        child.destroyForcibly();
        child.onExit().join();
    }

    /** Starts a broker that was killed, on the same folder and port. */
    public void restart() {
        if (child.isAlive()) {
            throw new IllegalStateException("broker on port " + port + " still runs: kill it first");
        }
        requireFree(port);
        try {
            child = launch();
        } catch (IOException e) {
            throw new UncheckedIOException("broker cannot be started again on port " + port, e);
        }
        awaitReady();
    }

    /** Ends the broker in an orderly way, by force where that takes too long. */
    @Override
    public void close() {
        child.destroy();
        try {
            if (!child.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    private Process launch() throws IOException {
        Files.deleteIfExists(ready);
        List<String> command = new ArrayList<>(List.of(Leash.java(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Djava.util.logging.SimpleFormatter.format=%1$tF %1$tT %4$s %3$s %5$s%6$s%n"));
        command.addAll(Leash.arguments(System.getProperty("java.class.path")));
        command.addAll(List.of(KafkaBrokerProcess.class.getName(), settings.toString(), ready.toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        try {
            while (!Files.exists(ready)) {
                if (child.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw notStarted("ended with exit code " + child.exitValue());
                }
                if (System.nanoTime() > deadline) {
                    kill();
                    throw notStarted("was not ready after " + START_LIMIT.toSeconds() + " s");
                }
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw notStarted("was interrupted while it started");
        }
    }

    private Problem notStarted(String how) {
        return Problem.broken("BROKER_NOT_STARTED", "broker on port " + port + " " + how + "; the end of its log " + log
                + ":\n" + LogTail.of(log));
    }

    private void writeSettings(Properties properties) throws IOException {
        try (Writer writer = Files.newBufferedWriter(settings)) {
            properties.store(writer, null);
        }
    }

    private static void requireFree(int port) {
        if (!Ports.isFree(port)) {
            throw Problem.busy("PORT_TAKEN", "broker cannot listen on port " + port
                    + ": another process does (expected: a free port)");
        }
    }
}
