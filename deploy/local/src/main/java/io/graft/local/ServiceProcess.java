package io.graft.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.graft.problem.Problem;
import io.graft.testing.Leash;
import io.graft.testing.LogTail;
import io.graft.testing.Ports;

/**
 * One of the services as a child process: the packaged application that also runs in production, with a log of its own. It ends
 * with its parent, however the parent ends.
 */
public final class ServiceProcess implements AutoCloseable {

    /** Exit codes of a service that was asked to end: its own, and what a JVM says when the signal was faster. */
    static final List<Integer> ENDED_IN_ORDER = List.of(0, 128 + 15);

    private static final Duration READY_LIMIT = Duration.ofMinutes(3);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final Duration EXIT_LIMIT = Duration.ofMinutes(1);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final long LOOK_EVERY_MS = 100;

    private final String name;
    private final int port;
    private final Path log;
    private final List<String> command;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private Process child;

    /**
     * Launches a service without waiting for it.
     *
     * @param name of its module
     * @param jar its {@code quarkus-run.jar}
     * @param jvmOptions such as the size of the heap
     * @param properties what it is configured with, on top of its port and of access for everybody
     * @throws Problem BUSY when the port is taken
     */
    ServiceProcess(String name, Path jar, int port, Path log, List<String> jvmOptions, Map<String, String> properties) {
        this(name, port, log, command(jar, port, jvmOptions, properties));
    }

    /**
     * Launches a service in another way, as in a container, without waiting for it.
     *
     * @param port that the command has it listen on
     * @param command whose process ends with the service
     * @throws Problem BUSY when the port is taken
     */
    ServiceProcess(String name, int port, Path log, List<String> command) {
        this.name = name;
        this.port = port;
        this.log = log;
        this.command = List.copyOf(command);
        this.child = launch();
    }

    private static List<String> command(Path jar, int port, List<String> jvmOptions, Map<String, String> properties) {
        List<String> command = new ArrayList<>(List.of(Leash.java(), "--enable-native-access=ALL-UNNAMED",
                "--add-opens", "java.base/java.lang=ALL-UNNAMED",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-Dquarkus.http.port=" + port,
                "-Dgraft.access.required=false"));
        command.addAll(jvmOptions);
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(Leash.arguments(jar.toString()));
        command.add("io.quarkus.bootstrap.runner.QuarkusEntryPoint");
        return command;
    }

    public URI uri() {
        return URI.create("http://localhost:" + port);
    }

    public int port() {
        return port;
    }

    /** What it costs at this moment. */
    public ProcessCost cost() {
        return ProcessCost.of(child.toHandle());
    }

    /** Everything that the service has said since its first start. */
    public Path log() {
        return log;
    }

    public boolean isAlive() {
        return child.isAlive();
    }

    /** Waits until the service says that it is ready. @throws Problem BROKEN, with the end of its log, when it never is */
    public void awaitReady() {
        awaitUntil("ready", READY_LIMIT, this::isReady);
    }

    /**
     * Waits until a condition holds.
     *
     * @param what the condition in words that go behind "was not", as in {@code ready}
     * @throws Problem BROKEN, with the end of the log, when the service ends before or the limit passes
     */
    public void awaitUntil(String what, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                if (child.waitFor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
                    throw failed("ended with exit code " + child.exitValue());
                }
                if (System.nanoTime() > deadline) {
                    throw failed("was not " + what + " after " + limit.toSeconds() + " s");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was not " + what + " when the wait was interrupted");
        }
    }

    boolean isReady() {
        HttpRequest request = HttpRequest.newBuilder(uri().resolve("/q/health/ready")).timeout(ANSWER_LIMIT).build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends the service as {@code kill -9} does. */
    public void kill() {
        child.destroyForcibly();
        child.onExit().join();
    }

    /** Launches a service that was killed or stopped, on the same port, without waiting for it. */
    public void restart() {
        if (child.isAlive()) {
            throw new IllegalStateException(name + " still runs: kill it first");
        }
        child = launch();
    }

    /** Asks the service to end, without waiting for it. */
    void stop() {
        child.destroy();
    }

    /** Waits until the service has ended. @return its exit code @throws Problem BROKEN when it does not end in time */
    int awaitExit() {
        try {
            if (!child.waitFor(EXIT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failed("has not ended after " + EXIT_LIMIT.toSeconds() + " s");
            }
            return child.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("had not ended when the wait was interrupted");
        }
    }

    /** Ends the service in an orderly way, by force where that takes too long. */
    @Override
    public void close() {
        stop();
        try {
            if (!child.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    private Process launch() {
        if (!Ports.isFree(port)) {
            throw Problem.busy("PORT_TAKEN", name + " cannot listen on port " + port
                    + ": another process does (expected: a free port)");
        }
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be launched", e);
        }
    }

    private Problem failed(String how) {
        return Problem.broken("SERVICE_FAILED", name + " " + how + "; the end of its log " + log + ":\n" + LogTail.of(log));
    }
}
