package io.graft.benchmark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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
import io.graft.sample.SampleContent;

/**
 * A thousand tasks on one backbone against one of them: by photographs, which share the backbone's batches, and by features,
 * where heads, table and metrics are all there is beside HTTP. What they take of the heap is what lives after a collection.
 */
final class ManyTasks {

    private static final int TASK_COUNT = 1000;
    private static final int LABEL_COUNT = 10;
    private static final int CLIENT_COUNT = 16;
    private static final int IMAGE_COUNT = 50;
    private static final int ROUNDS = 5;

    private ManyTasks() {
    }

    /** @param images of which the first ones are used, for each task the next one */
    static void measure(ServingStack stack, BackboneDescriptor backbone, List<SampleContent.Image> images) throws Exception {
        ServiceProcess replica = stack.replica();
        BackboneReference reference = new BackboneReference(backbone.id(), backbone.sha256(), backbone.dimension(),
                backbone.precision());
        List<byte[]> features = new ArrayList<>();
        long before;
        try (ModelSender sender = new ModelSender(stack.broker().bootstrapServers())) {
            send(sender, reference, 0);
            stack.awaitServing(id(0));
            features.add(feature(0, backbone.dimension()));
            run(replica, features, 0, Duration.ofSeconds(15));
            before = LiveHeap.bytes(replica);
            for (int task = 1; task < TASK_COUNT; task++) {
                send(sender, reference, task);
                features.add(feature(task, backbone.dimension()));
            }
        }
        stack.awaitServing(id(TASK_COUNT - 1));
        run(replica, features, 0, Duration.ofSeconds(5));
        long extra = LiveHeap.bytes(replica) - before;
        long heads = (TASK_COUNT - 1L) * LABEL_COUNT * (backbone.dimension() + 1) * Float.BYTES;
        print("%n%d tasks of %d labels against one, %d clients%n", TASK_COUNT, LABEL_COUNT, CLIENT_COUNT);
        compare(replica, "photographs", photographs(images, 1), photographs(images, TASK_COUNT), Duration.ofSeconds(10));
        compare(replica, "features", features.subList(0, 1), features, Duration.ofSeconds(4));
        print("  live heap: %.1f MB more, %.2f × the %.1f MB of the heads, wanted: at most 3 ×%n", extra / 1e6,
                (double) extra / heads, heads / 1e6);
    }

    private static void compare(ServiceProcess replica, String kind, List<byte[]> ofOne, List<byte[]> ofMany, Duration length)
            throws Exception {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            double one = run(replica, ofOne, round, length);
            double many = run(replica, ofMany, round, length);
            ratios.add(many / one);
            print("  %s: one task %8.0f requests/s, %d tasks %8.0f requests/s%n", kind, one, TASK_COUNT, many);
        }
        ratios.sort(null);
        print("  %s: median %.2f ×, wanted: at least 0.9 ×%n", kind, ratios.get(ROUNDS / 2));
    }

    /** Each client begins elsewhere, and in each round elsewhere again: where a round is short, no task is left out of all. */
    private static double run(ServiceProcess replica, List<byte[]> requests, int round, Duration length) throws Exception {
        return Clients.run(replica.port(), CLIENT_COUNT, Duration.ZERO, length, client -> Clients.Script.of(requests,
                (client * ROUNDS + round) * requests.size() / (CLIENT_COUNT * ROUNDS))).perSecond();
    }

    private static void send(ModelSender sender, BackboneReference backbone, int task) {
        sender.send(UntrainedModel.of(id(task), new ModelVersion(1), backbone,
                UntrainedModel.head(LABEL_COUNT, backbone.dimension(), task)));
        sender.promote(id(task), new ModelVersion(1));
        sender.flush();
    }

    /** The same images for any number of tasks, each task the next one. */
    private static List<byte[]> photographs(List<SampleContent.Image> images, int taskCount) {
        return IntStream.range(0, Math.max(taskCount, IMAGE_COUNT)).mapToObj(i -> {
            SampleContent.Image image = images.get(i % IMAGE_COUNT);
            return HttpConnection.post("/v1/tasks/" + id(i % taskCount) + "/predictions", image.format().contentType(),
                    image.bytes());
        }).toList();
    }

    private static byte[] feature(int task, int dimension) {
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
