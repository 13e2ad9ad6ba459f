package io.graft.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.graft.id.BackboneId;
import io.graft.id.TaskId;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.problem.Problem;
import io.graft.testing.KafkaBroker;
import io.graft.testing.Ports;

/** A broker and replicas of the inference-service, each a process of its own, on free ports of this machine. */
public final class ServingStack implements AutoCloseable {

    private static final String INFERENCE = "inference-service";
    private static final Duration SERVING_LIMIT = Duration.ofMinutes(2);

    private final KafkaBroker broker;
    private final List<ServiceProcess> replicas;

    private ServingStack(KafkaBroker broker, List<ServiceProcess> replicas) {
        this.broker = broker;
        this.replicas = replicas;
    }

    /**
     * Starts all of them and waits until every replica is ready.
     *
     * @param folder the broker's topics and all logs
     * @param jvmOptions of every replica
     * @throws Problem as of {@link LocalStack#start(Path)}
     */
    public static ServingStack start(Path folder, int replicaCount, List<String> jvmOptions) {
        KafkaBroker broker = KafkaBroker.start(folder);
        List<ServiceProcess> replicas = new ArrayList<>();
        ServingStack stack = new ServingStack(broker, replicas);
        try {
            for (int i = 0; i < replicaCount; i++) {
                String name = INFERENCE + "-" + i;
                Map<String, String> properties = new HashMap<>();
                properties.put("kafka.bootstrap.servers", broker.bootstrapServers());
                properties.put("graft.topics.create", "true");
                properties.put("graft.replica.name", name);
                replicas.add(new ServiceProcess(INFERENCE, LocalStack.jar(INFERENCE), Ports.free(),
                        folder.resolve(name + ".log"), jvmOptions, properties));
                if (i == 0) {
                    // It makes the topics for all.
                    stack.replica().awaitReady();
                }
            }
            replicas.forEach(ServiceProcess::awaitReady);
            return stack;
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    public KafkaBroker broker() {
        return broker;
    }

    public List<ServiceProcess> replicas() {
        return List.copyOf(replicas);
    }

    public ServiceProcess replica() {
        return replicas.get(0);
    }

    /**
     * Waits until every replica answers for a task.
     *
     * @throws Problem as of {@link ServiceProcess#awaitUntil}
     */
    public void awaitServing(TaskId task) throws IOException {
        byte[] request = HttpConnection.get("/v2/models/" + task + "/ready");
        for (ServiceProcess replica : replicas) {
            try (HttpConnection connection = new HttpConnection(replica.port())) {
                replica.awaitUntil("serving " + task, SERVING_LIMIT, () -> isOk(connection, request));
            }
        }
    }

    private static boolean isOk(HttpConnection connection, byte[] request) {
        try {
            return connection.exchange(request).status() == 200;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the replicas embed images with, as their metrics say. */
    public BackboneReference imageBackbone() throws IOException {
        try (HttpConnection connection = new HttpConnection(replica().port())) {
            String line = connection.exchange(HttpConnection.get("/q/metrics")).text().lines()
                    .filter(metric -> metric.startsWith("graft_backbone_info{")).findFirst().orElseThrow();
            return new BackboneReference(new BackboneId(tag(line, "backbone")), tag(line, "sha256"), 512,
                    tag(line, "precision"));
        }
    }

    private static String tag(String line, String name) {
        return line.replaceFirst(".*" + name + "=\"([^\"]*)\".*", "$1");
    }

    @Override
    public void close() {
        replicas.forEach(ServiceProcess::stop);
        replicas.forEach(ServiceProcess::close);
        broker.close();
    }
}
