package io.graft.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.graft.problem.Problem;
import io.graft.testing.KafkaBroker;
import io.graft.testing.Ports;

/**
 * A broker and both services, each a process of its own, on this machine.
 * <p>
 * The services are the packaged ones of this checkout: build them first ({@code ./mvnw package}).
 */
public final class LocalStack implements AutoCloseable {

    private static final String TRAINER = "trainer-service";

    private final Path folder;
    private final Map<String, String> properties;
    private final KafkaBroker broker;
    private final List<ServiceProcess> services;

    private LocalStack(Path folder, Map<String, String> properties, KafkaBroker broker, List<ServiceProcess> services) {
        this.folder = folder;
        this.properties = properties;
        this.broker = broker;
        this.services = services;
    }

    /** Starts a stack on free ports. */
    public static LocalStack start(Path folder) {
        return start(folder, StackPorts.free(), Map.of());
    }

    /**
     * Starts the three processes and waits until both services are ready.
     *
     * @param folder the broker's topics, the objects of both services, and the logs of all three
     * @param properties configuration of both services, on top of where the broker is
     * @throws Problem BUSY when a port is taken, MISSING when the services are not built, BROKEN with the end of a log when one
     *         of the three does not start
     */
    public static LocalStack start(Path folder, StackPorts ports, Map<String, String> properties) {
        KafkaBroker broker = KafkaBroker.start(folder, ports.broker());
        Map<String, String> all = new HashMap<>(properties);
        all.put("kafka.bootstrap.servers", broker.bootstrapServers());
        all.put("graft.topics.create", "true");
        all.putIfAbsent("graft.replica.name", "local");
        all.putIfAbsent("graft.objects.url", folder.resolve("objects").toUri().toString());
        List<ServiceProcess> services = new ArrayList<>();
        try {
            services.add(launch(TRAINER, folder, ports.trainer(), all));
            services.add(launch("inference-service", folder, ports.inference(), all));
            services.forEach(ServiceProcess::awaitReady);
            return new LocalStack(folder, all, broker, services);
        } catch (RuntimeException e) {
            close(services, broker);
            throw e;
        }
    }

    public KafkaBroker broker() {
        return broker;
    }

    public ServiceProcess trainer() {
        return services.get(0);
    }

    public ServiceProcess inference() {
        return services.get(1);
    }

    /**
     * Launches one more trainer, on a free port and without waiting for it.
     *
     * @param name of the replica, and of its log
     */
    public ServiceProcess addTrainer(String name) {
        Map<String, String> named = new HashMap<>(properties);
        named.put("graft.replica.name", name);
        int port = Ports.free();
        ServiceProcess trainer = new ServiceProcess(TRAINER, jar(TRAINER), port, folder.resolve(name + ".log"), List.of(),
                named);
        services.add(trainer);
        return trainer;
    }

    /** Ends the services, both at once, and then the broker that they say goodbye to. */
    @Override
    public void close() {
        close(services, broker);
    }

    private static void close(List<ServiceProcess> services, KafkaBroker broker) {
        services.forEach(ServiceProcess::stop);
        services.forEach(ServiceProcess::close);
        broker.close();
    }

    private static ServiceProcess launch(String module, Path folder, int port, Map<String, String> properties) {
        return new ServiceProcess(module, jar(module), port, folder.resolve(module + ".log"), List.of(),
                properties);
    }

    /** The packaged service of this checkout. @throws Problem MISSING when it is not built */
    static Path jar(String module) {
        Path jar = root().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw Problem.missing("SERVICE_NOT_BUILT", module + " is not built: " + jar
                    + " is not there (run: ./mvnw package -DskipTests)");
        }
        return jar;
    }

    /** The checkout: the nearest folder, from the working directory upwards, that holds the modules of the services. */
    private static Path root() {
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("trainer-service"))
                    && Files.isDirectory(folder.resolve("inference-service"))) {
                return folder;
            }
        }
        throw Problem.missing("CHECKOUT_NOT_FOUND", "no folder from " + start
                + " upwards holds the modules trainer-service and inference-service (run this inside the checkout)");
    }
}
