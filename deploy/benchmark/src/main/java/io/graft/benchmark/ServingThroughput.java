package io.graft.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.BackboneWorker;
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
 * Images over HTTP against the same bytes to features in this process, in turns: by the clock, and by the CPU time of the
 * process that does it, when both JVMs have compiled what they run. The clients' own time is on the same cores, so the ratio by
 * the clock is the worse one.
 */
final class ServingThroughput {

    private static final TaskId TASK = new TaskId("photographs");
    private static final int BATCH_SIZE = 8;
    private static final int LABEL_COUNT = 10;
    private static final int ROUNDS = 5;
    private static final int ALONE_COUNT = 100;
    private static final Duration WARM_UP = Duration.ofSeconds(60);
    private static final Duration LENGTH = Duration.ofSeconds(8);

    private final Backbone backbone;
    private final List<SampleContent.Image> images;
    private final List<byte[]> requests;
    private final ServiceProcess replica;

    private ServingThroughput(Backbone backbone, List<SampleContent.Image> images, ServiceProcess replica) {
        this.backbone = backbone;
        this.images = images;
        this.replica = replica;
        this.requests = images.stream().map(image -> HttpConnection.post("/v1/tasks/" + TASK + "/predictions",
                image.format().contentType(), image.bytes())).toList();
    }

    static void measure(ServingStack stack, Backbone backbone, Photographs photographs) throws Exception {
        BackboneDescriptor descriptor = backbone.descriptor();
        try (ModelSender sender = new ModelSender(stack.broker().bootstrapServers())) {
            sender.send(UntrainedModel.of(TASK, new ModelVersion(1),
                    new BackboneReference(descriptor.id(), descriptor.sha256(), descriptor.dimension(),
                            descriptor.precision()),
                    UntrainedModel.head(LABEL_COUNT, descriptor.dimension(), 1)));
            sender.promote(TASK, new ModelVersion(1));
            sender.flush();
        }
        stack.awaitServing(TASK);
        ServingThroughput throughput = new ServingThroughput(backbone, photographs.contents(), stack.replica());
        throughput.measureClients();
        throughput.measureAlone();
    }

    /** Images per second and CPU time for each of them. */
    private record Rate(double perSecond, double cpuMs) {
    }

    private void measureClients() throws Exception {
        for (Duration warmed = Duration.ZERO; warmed.compareTo(WARM_UP) < 0; warmed = warmed.plus(LENGTH)) {
            bare();
            through(16, LENGTH);
        }
        print("%nimages over HTTP against bytes to feature without it (%d rounds, in turns)%n", ROUNDS);
        for (int clientCount : new int[] { 16, 64 }) {
            List<Double> byClock = new ArrayList<>();
            List<Double> byCpu = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                Rate bare = bare();
                Rate through = through(clientCount, LENGTH);
                byClock.add(through.perSecond / bare.perSecond);
                byCpu.add(bare.cpuMs / through.cpuMs);
                print("  %d clients: alone %7.1f images/s, %6.2f ms of CPU each; over HTTP %7.1f images/s, %6.2f ms%n",
                        clientCount, bare.perSecond, bare.cpuMs, through.perSecond, through.cpuMs);
            }
            byClock.sort(null);
            byCpu.sort(null);
            print("  %d clients: median %.2f × by the clock, %.2f × by CPU time, wanted: at least 0.85 ×%n", clientCount,
                    byClock.get(ROUNDS / 2), byCpu.get(ROUNDS / 2));
        }
    }

    private Rate through(int clientCount, Duration length) throws Exception {
        Duration cpu = replica.cost().cpu();
        Clients.Round round = Clients.run(replica.port(), clientCount, Duration.ZERO, length,
                client -> Clients.Script.of(requests, client * requests.size() / clientCount));
        return new Rate(round.perSecond(), replica.cost().cpu().minus(cpu).toNanos() / 1e6 / round.count());
    }

    /** All images, in batches, on all cores of this process. */
    private Rate bare() throws Exception {
        int threadCount = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = Executors.newFixedThreadPool(threadCount);
        AtomicInteger next = new AtomicInteger();
        long cpuStart = Duel.processCpuNanos();
        long start = System.nanoTime();
        try {
            List<Future<?>> loops = new ArrayList<>();
            for (int thread = 0; thread < threadCount; thread++) {
                loops.add(threads.submit(() -> embedAll(next)));
            }
            for (Future<?> loop : loops) {
                loop.get();
            }
        } finally {
            threads.shutdownNow();
        }
        double count = images.size();
        return new Rate(count * 1e9 / (System.nanoTime() - start), (Duel.processCpuNanos() - cpuStart) / 1e6 / count);
    }

    private void embedAll(AtomicInteger next) {
        try (BackboneWorker worker = backbone.openWorker(BATCH_SIZE)) {
            for (int from = next.getAndAdd(BATCH_SIZE); from < images.size(); from = next.getAndAdd(BATCH_SIZE)) {
                worker.embed(images.subList(from, Math.min(from + BATCH_SIZE, images.size())).stream()
                        .map(backbone::prepare).toList());
            }
        }
    }

    /**
     * One client that waits for each answer, and the same images decoded and embedded by one thread: image by image in turns.
     */
    private void measureAlone() throws Exception {
        double[] bareMs = new double[ALONE_COUNT];
        double[] throughMs = new double[ALONE_COUNT];
        try (BackboneWorker worker = backbone.openWorker(1); HttpConnection connection = new HttpConnection(replica.port())) {
            for (int i = -20; i < ALONE_COUNT; i++) {
                int image = Math.floorMod(i, images.size());
                long start = System.nanoTime();
                worker.embed(List.of(backbone.prepare(images.get(image))));
                long middle = System.nanoTime();
                Clients.Script.requireOk(connection.exchange(requests.get(image)));
                long end = System.nanoTime();
                if (i >= 0) {
                    bareMs[i] = (middle - start) / 1e6;
                    throughMs[i] = (end - middle) / 1e6;
                }
            }
        }
        double[] ratios = new double[ALONE_COUNT];
        Arrays.setAll(ratios, i -> throughMs[i] / bareMs[i]);
        print("%na single client: decode and forward %.2f ms, over HTTP %.2f ms (medians of %d images)%n"
                + "  ratio of an image: median %.2f ×, wanted: at most 1.3 ×%n", median(bareMs), median(throughMs),
                ALONE_COUNT, median(ratios));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }
}
