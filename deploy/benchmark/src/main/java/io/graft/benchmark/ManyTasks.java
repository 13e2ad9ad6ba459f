package io.graft.benchmark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.graft.backbone.BackboneDescriptor;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.local.Clients;
import io.graft.local.HttpConnection;
import io.graft.local.ModelSender;
import io.graft.local.ServiceProcess;
import io.graft.local.ServingStack;
import io.graft.local.UntrainedModel;
import io.graft.model.ModelReady.BackboneReference;

/**
 * A thousand tasks on one backbone against one of them: features are sent and not images, so that heads, table and metrics are
 * all there is beside HTTP. What they take of the heap is what lives after a collection.
 */
final class ManyTasks {

    private static final int TASK_COUNT = 1000;
    private static final int LABEL_COUNT = 10;
    private static final int CLIENT_COUNT = 16;
    private static final int ROUNDS = 5;
    private static final Duration LENGTH = Duration.ofSeconds(4);

    private ManyTasks() {
    }

    static void measure(ServingStack stack, BackboneDescriptor backbone) throws Exception {
        ServiceProcess replica = stack.replica();
        BackboneReference reference = new BackboneReference(backbone.id(), backbone.sha256(), backbone.dimension(),
                backbone.precision());
        List<byte[]> requests = new ArrayList<>();
        long before;
        try (ModelSender sender = new ModelSender(stack.broker().bootstrapServers())) {
            send(sender, reference, 0);
            stack.awaitServing(id(0));
            requests.add(request(0, backbone.dimension()));
            run(replica, requests, Duration.ofSeconds(15));
            before = LiveHeap.bytes(replica);
            for (int task = 1; task < TASK_COUNT; task++) {
                send(sender, reference, task);
                requests.add(request(task, backbone.dimension()));
            }
        }
        stack.awaitServing(id(TASK_COUNT - 1));
        run(replica, requests, Duration.ofSeconds(5));
        long extra = LiveHeap.bytes(replica) - before;
        long heads = (TASK_COUNT - 1L) * LABEL_COUNT * (backbone.dimension() + 1) * Float.BYTES;
        print("%n%d tasks of %d labels against one, %d clients%n", TASK_COUNT, LABEL_COUNT, CLIENT_COUNT);
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            double one = run(replica, requests.subList(0, 1), LENGTH);
            double many = run(replica, requests, LENGTH);
            ratios.add(many / one);
            print("  one task %8.0f requests/s, %d tasks %8.0f requests/s%n", one, TASK_COUNT, many);
        }
        ratios.sort(null);
        print("  ratio: median %.2f ×, wanted: at least 0.9 ×%n", ratios.get(ROUNDS / 2));
        print("  live heap: %.1f MB more, %.2f × the %.1f MB of the heads, wanted: at most 3 ×%n", extra / 1e6,
                (double) extra / heads, heads / 1e6);
    }

    private static double run(ServiceProcess replica, List<byte[]> requests, Duration length) throws Exception {
        return Clients.run(replica.port(), CLIENT_COUNT, Duration.ZERO, length,
                client -> Clients.Script.of(requests, client * requests.size() / CLIENT_COUNT)).perSecond();
    }

    private static void send(ModelSender sender, BackboneReference backbone, int task) {
        sender.send(UntrainedModel.of(id(task), new ModelVersion(1), backbone,
                UntrainedModel.head(LABEL_COUNT, backbone.dimension(), task)));
        sender.promote(id(task), new ModelVersion(1));
        sender.flush();
    }

    private static byte[] request(int task, int dimension) {
        String json = "{\"inputs\":[{\"name\":\"features\",\"datatype\":\"FP32\",\"shape\":[1," + dimension
                + "],\"parameters\":{\"binary_data_size\":" + dimension * Float.BYTES + "}}]}";
        ByteBuffer body = ByteBuffer.allocate(json.length() + dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .put(json.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < dimension; i++) {
            body.putFloat(i % 7 - 3);
        }
        return HttpConnection.request("POST /v2/models/" + id(task) + "/infer HTTP/1.1\r\nHost: localhost"
                + "\r\nContent-Type: application/octet-stream\r\nInference-Header-Content-Length: " + json.length(),
                body.array());
    }

    private static TaskId id(int task) {
        return new TaskId("task-" + task);
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }
}
