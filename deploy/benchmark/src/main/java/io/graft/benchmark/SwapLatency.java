package io.graft.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

import io.graft.head.Head;
import io.graft.id.TaskId;
import io.graft.local.Clients;
import io.graft.local.HttpConnection;
import io.graft.local.ServiceProcess;
import io.graft.local.ServingStack;
import io.graft.local.SwapSeries;
import io.graft.local.UntrainedModel;

/**
 * What a swap costs those who ask: 16 clients at a tenth of what the replica can answer, in turns without swaps, with the
 * events
 * of swaps on topics that the replica does not read, and with versions that are swapped one after the other. The task is one of
 * vectors, since a forward pass would hide it. The clients, the broker and whoever sends the versions are on the same cores:
 * near what these can do, every further work doubles all waiting.
 */
final class SwapLatency {

    private static final TaskId TASK = new TaskId("swapped");
    private static final int CLIENT_COUNT = 16;
    private static final int ROUNDS = 3;
    private static final Duration LONGEST_WANTED = Duration.ofMillis(5);
    private static final int SWAPS_PER_SECOND = 40;
    private static final int SHARE_OF_CAPACITY = 10;
    private static final int WARM_UP_SWAPS = 200;
    private static final int SWAPS_PER_ROUND = Integer.getInteger("graft.load.swaps", 10_000) / ROUNDS;
    private static final Pattern DURATION = Pattern.compile("Version swapped in .* durationMicros=(\\d+)");
    private static final byte[] REQUEST = HttpConnection.post("/v1/tasks/" + TASK + "/predictions", "application/json",
            "{\"vector\":[0.25,-1.5,3]}".getBytes(StandardCharsets.UTF_8));

    /** Some swaps, or what looks to the machine like them. */
    private interface Swaps {

        void next() throws IOException;
    }

    private record Turn(Clients.Round answers, Duration length, Duration cpu) {
    }

    private SwapLatency() {
    }

    static void measure(ServingStack stack) throws Exception {
        ServiceProcess replica = stack.replica();
        try (Hiccups hiccups = Hiccups.start(LONGEST_WANTED);
                SwapSeries series = new SwapSeries(TASK, UntrainedModel.vectors(3),
                        SwapLatency::head, stack.broker().bootstrapServers(), replica.port())) {
            series.swap();
            Clients.run(replica.port(), CLIENT_COUNT, Duration.ZERO, Duration.ofSeconds(20), SwapLatency::script);
            double capacity = Clients
                    .run(replica.port(), CLIENT_COUNT, Duration.ZERO, Duration.ofSeconds(5), SwapLatency::script).perSecond();
            Duration interval = Duration.ofNanos((long) (CLIENT_COUNT * SHARE_OF_CAPACITY * 1e9 / capacity));
            print("%nswaps under load: %d clients, %.0f requests/s in all, of %.0f that were answered at most%n",
                    CLIENT_COUNT, capacity / SHARE_OF_CAPACITY, capacity);
            List<Double> ratios = new ArrayList<>();
            List<Double> unreadRatios = new ArrayList<>();
            List<Double> cpuMillis = new ArrayList<>();
            try (UnreadSwaps unread = new UnreadSwaps(TASK, stack.broker().bootstrapServers(), replica.port())) {
                turn(replica, interval, WARM_UP_SWAPS, series::swap);
                turn(replica, interval, WARM_UP_SWAPS, unread::send);
                for (int round = 0; round < ROUNDS; round++) {
                    Turn swapped = turn(replica, interval, SWAPS_PER_ROUND, series::swap);
                    Turn sent = turn(replica, interval, SWAPS_PER_ROUND, unread::send);
                    Turn still = turn(replica, interval, SWAPS_PER_ROUND, () -> {
                    });
                    ratios.add(swapped.answers().millis(0.99) / still.answers().millis(0.99));
                    unreadRatios.add(sent.answers().millis(0.99) / still.answers().millis(0.99));
                    cpuMillis.add(swapped.cpu().minus(still.cpu()).toNanos() / 1e6 / SWAPS_PER_ROUND);
                    print("  p50, p99 without swaps %6.2f %6.2f ms, with events unread %6.2f %6.2f ms,"
                            + " with %.0f swaps/s %6.2f %6.2f ms%n",
                            still.answers().millis(0.5), still.answers().millis(0.99), sent.answers().millis(0.5),
                            sent.answers().millis(0.99), SWAPS_PER_ROUND * 1e9 / swapped.length().toNanos(),
                            swapped.answers().millis(0.5), swapped.answers().millis(0.99));
                }
            }
            print("  ratio of p99: median %.2f ×, wanted: at most 1.25 ×; of the events alone, unread: %.2f ×%n",
                    median(ratios), median(unreadRatios));
            print("  the replica's CPU time for a swap, its event, the look for it: median %.2f ms%n", median(cpuMillis));
            printSwaps(replica.log());
            print("  a thread that only sleeps came late by up to %.3f ms meanwhile, in %.3f %% of the times by over %d ms%n",
                    hiccups.longestMillis(), 100 * hiccups.lateShare(), LONGEST_WANTED.toMillis());
        }
    }

    private static Turn turn(ServiceProcess replica, Duration interval, int swapCount, Swaps swaps) throws Exception {
        Duration cpuBefore = replica.cost().cpu();
        Clients clients = Clients.start(replica.port(), CLIENT_COUNT, interval, SwapLatency::script);
        long begunAtNanos = System.nanoTime();
        for (int i = 0; i < swapCount; i += SwapSeries.AT_ONCE) {
            Clients.parkUntil(begunAtNanos + i * 1_000_000_000L / SWAPS_PER_SECOND);
            swaps.next();
        }
        Duration length = Duration.ofNanos(System.nanoTime() - begunAtNanos);
        return new Turn(clients.stop(), length, replica.cost().cpu().minus(cpuBefore));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void printSwaps(Path log) throws IOException {
        long[] micros = Files.readAllLines(log).stream().map(DURATION::matcher).filter(found -> found.find())
                .flatMapToLong(found -> LongStream.of(Long.parseLong(found.group(1)))).sorted().toArray();
        long longestWanted = LONGEST_WANTED.toNanos() / 1000;
        double lateShare = (double) LongStream.of(micros).filter(each -> each > longestWanted).count() / micros.length;
        print("  %d swaps: median %.3f ms, p99.9 %.3f ms, longest %.3f ms, wanted: longest under %d ms; over it %.3f %%%n",
                micros.length, micros[micros.length / 2] / 1e3, micros[(int) (micros.length * 0.999)] / 1e3,
                micros[micros.length - 1] / 1e3, LONGEST_WANTED.toMillis(), 100 * lateShare);
    }

    private static Head head(int version) {
        return UntrainedModel.head(2, 3, version);
    }

    private static Clients.Script script(int client) {
        return Clients.Script.of(List.of(REQUEST), 0);
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }
}
