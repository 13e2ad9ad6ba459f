package io.graft.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.graft.backbone.BackboneDescriptor;
import io.graft.id.TaskId;
import io.graft.local.Clients;
import io.graft.local.HttpConnection;
import io.graft.local.ServiceProcess;
import io.graft.local.ServingStack;
import io.graft.local.SwapSeries;
import io.graft.local.UntrainedModel;
import io.graft.local.VersionSeries;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.sample.SampleContent;

/**
 * What a swap costs those who ask: 16 clients in turns without swaps, with the events of swaps on topics that the replica does
 * not read, and with versions that are swapped one after the other. They ask for photographs without a pause, as most do; for
 * vectors of three numbers without a pause, since a forward pass hides much; and for those at a tenth of what the replica can
 * answer, where there is hardly any waiting and so each further millisecond shows. The clients, the broker and whoever sends
 * the versions are on the same cores. Turns are short and many: what else the machine does meets all three sides, and the
 * median leaves it out.
 */
final class SwapLatency {

    private static final int CLIENT_COUNT = 16;
    private static final Duration LONGEST_WANTED = Duration.ofMillis(5);
    private static final int SWAPS_PER_SECOND = 40;
    private static final int SHARE_OF_CAPACITY = 10;
    private static final int SWAPS_PER_ROUND = 200;
    private static final int WARM_UP_SWAPS = 2_000;
    private static final int ROUNDS = Math.max(1, Integer.getInteger("graft.load.swaps", 10_000) / SWAPS_PER_ROUND);
    private static final int LABEL_COUNT = 2;
    private static final int VECTOR_LENGTH = 3;
    private static final byte[] VECTOR = "{\"vector\":[0.25,-1.5,3]}".getBytes(StandardCharsets.UTF_8);

    /** @param requests that the clients send, one after the other */
    private record Load(TaskId task, BackboneReference backbone, List<byte[]> requests, boolean paced) {

        static Load photographs(BackboneDescriptor backbone, List<SampleContent.Image> images) {
            TaskId task = new TaskId("photographs");
            return new Load(task,
                    new BackboneReference(backbone.id(), backbone.sha256(), backbone.dimension(), backbone.precision()),
                    images.stream().map(image -> post(task, image.format().contentType(), image.bytes())).toList(), false);
        }

        static Load vectors(String task, boolean paced) {
            TaskId id = new TaskId(task);
            return new Load(id, UntrainedModel.vectors(VECTOR_LENGTH), List.of(post(id, "application/json", VECTOR)), paced);
        }

        private static byte[] post(TaskId task, String contentType, byte[] body) {
            return HttpConnection.post("/v1/tasks/" + task + "/predictions", contentType, body);
        }

        VersionSeries versions() {
            return new VersionSeries(task, backbone,
                    version -> UntrainedModel.head(LABEL_COUNT, backbone.dimension(), version));
        }

        Clients.Script script(int client) {
            return Clients.Script.of(requests, client * requests.size() / CLIENT_COUNT);
        }
    }

    private record Turn(Clients.Round answers, Duration length, Duration cpu) {

        double p99() {
            return answers.millis(0.99);
        }
    }

    /** Some swaps, or what looks to the machine like them. */
    private interface Swaps {

        void next() throws IOException;
    }

    /** @param prepare makes what so many swaps take, before anybody measures */
    private record Side(String name, IntConsumer prepare, Swaps swaps, List<Turn> turns) {

        Side(String name, IntConsumer prepare, Swaps swaps) {
            this(name, prepare, swaps, new ArrayList<>());
        }

        double median(ToDoubleFunction<Turn> value) {
            return turns.stream().mapToDouble(value).sorted().toArray()[turns.size() / 2];
        }

        double medianCpuMillisPerSwap() {
            return median(turn -> turn.cpu().toNanos() / 1e6 / SWAPS_PER_ROUND);
        }
    }

    private SwapLatency() {
    }

    static void measure(ServingStack stack, BackboneDescriptor backbone, List<SampleContent.Image> images) throws Exception {
        measure(stack, Load.photographs(backbone, images));
        measure(stack, Load.vectors("vectors", false));
        measure(stack, Load.vectors("paced-vectors", true));
    }

    private static void measure(ServingStack stack, Load load) throws Exception {
        ServiceProcess replica = stack.replica();
        String bootstrapServers = stack.broker().bootstrapServers();
        VersionSeries read = load.versions();
        VersionSeries unread = load.versions();
        try (SwapSeries series = new SwapSeries(read, bootstrapServers, replica.port());
                UnreadSwaps unreadSwaps = new UnreadSwaps(unread, bootstrapServers, replica.port())) {
            warmUp(replica, load, series);
            double capacity = Clients.run(replica.port(), CLIENT_COUNT, Duration.ZERO, Duration.ofSeconds(5), load::script)
                    .perSecond();
            Duration interval = load.paced() ? Duration.ofNanos((long) (CLIENT_COUNT * SHARE_OF_CAPACITY * 1e9 / capacity))
                    : Duration.ZERO;
            Side withSwaps = new Side("with swaps", read::prepare, series::swap);
            Side unreadEvents = new Side("events unread", unread::prepare, unreadSwaps::send);
            Side without = new Side("without swaps", count -> {
            }, () -> {
            });
            turn(replica, load, interval, unreadEvents);
            int warmUpSwaps = swapMicros(replica.log(), load.task()).length;
            Hiccups hiccups = Hiccups.start(LONGEST_WANTED);
            try (hiccups) {
                for (int round = 0; round < ROUNDS; round++) {
                    for (Side side : List.of(withSwaps, unreadEvents, without)) {
                        side.turns().add(turn(replica, load, interval, side));
                    }
                }
            }
            print("%nswaps under load: %s, %d clients, %s%n", load.task(), CLIENT_COUNT, String.format(Locale.ROOT,
                    load.paced() ? "a tenth of %.0f requests/s" : "without a pause, %.0f requests/s", capacity));
            List.of(without, unreadEvents, withSwaps).forEach(SwapLatency::print);
            print("  ratio of p99 in a round: %s, wanted: at most 1.25 ×%n", ratios(withSwaps, without));
            print("  of the events alone, unread: %s; with swaps to that: %s%n", ratios(unreadEvents, without),
                    ratios(withSwaps, unreadEvents));
            if (load.paced()) {
                print("  the replica's CPU time for a swap, its event, the look for it: median %.2f ms%n",
                        withSwaps.medianCpuMillisPerSwap() - without.medianCpuMillisPerSwap());
            }
            printSwaps(LongStream.of(swapMicros(replica.log(), load.task())).skip(warmUpSwaps).sorted().toArray());
            print("  a thread that only sleeps came late by up to %.3f ms meanwhile, in %.3f %% of the times by over %d ms%n",
                    hiccups.longestMillis(), 100 * hiccups.lateShare(), LONGEST_WANTED.toMillis());
        }
    }

    /** Until the JVMs have compiled what a swap takes. */
    private static void warmUp(ServiceProcess replica, Load load, SwapSeries series) throws Exception {
        series.swap();
        Clients clients = Clients.start(replica.port(), CLIENT_COUNT, Duration.ZERO, load::script);
        while (series.promotedCount() < WARM_UP_SWAPS) {
            series.swap();
        }
        Clients.Round unused = clients.stop();
    }

    private static Turn turn(ServiceProcess replica, Load load, Duration interval, Side side) throws Exception {
        side.prepare().accept(SWAPS_PER_ROUND);
        Duration cpuBefore = replica.cost().cpu();
        Clients clients = Clients.start(replica.port(), CLIENT_COUNT, interval, load::script);
        long begunAtNanos = System.nanoTime();
        for (int i = 0; i < SWAPS_PER_ROUND; i += SwapSeries.AT_ONCE) {
            Clients.parkUntil(begunAtNanos + i * 1_000_000_000L / SWAPS_PER_SECOND);
            side.swaps().next();
        }
        Duration length = Duration.ofNanos(System.nanoTime() - begunAtNanos);
        return new Turn(clients.stop(), length, replica.cost().cpu().minus(cpuBefore));
    }

    private static void print(Side side) {
        print("  %-13s p50 %.2f, p99 %.2f ms in the median of %d turns of %.1f s%n", side.name(),
                side.median(turn -> turn.answers().millis(0.5)), side.median(Turn::p99), side.turns().size(),
                side.median(turn -> turn.length().toNanos() / 1e9));
    }

    private static String ratios(Side side, Side other) {
        double[] ratios = IntStream.range(0, side.turns().size())
                .mapToDouble(i -> side.turns().get(i).p99() / other.turns().get(i).p99()).sorted().toArray();
        return String.format(Locale.ROOT, "median %.2f × (quartiles %.2f, %.2f)", ratios[ratios.length / 2],
                ratios[ratios.length / 4], ratios[ratios.length * 3 / 4]);
    }

    /** How long each swap of a task took, in the order of the log. */
    private static long[] swapMicros(Path log, TaskId task) throws IOException {
        Pattern duration = Pattern.compile("Version swapped in task=" + task + " .* durationMicros=(\\d+)");
        return Files.readAllLines(log).stream().map(duration::matcher).filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1))).toArray();
    }

    private static void printSwaps(long[] micros) {
        long longestWanted = LONGEST_WANTED.toNanos() / 1000;
        double lateShare = (double) LongStream.of(micros).filter(each -> each > longestWanted).count() / micros.length;
        print("  %d swaps: median %.3f ms, p99.9 %.3f ms, longest %.3f ms, wanted: longest under %d ms; over it %.3f %%%n",
                micros.length, micros[micros.length / 2] / 1e3, micros[(int) (micros.length * 0.999)] / 1e3,
                micros[micros.length - 1] / 1e3, LONGEST_WANTED.toMillis(), 100 * lateShare);
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }
}
