package io.graft.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
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
 * events of swaps on topics that the replica does not read, and with versions that are swapped one after the other. The task is
 * one of vectors, since a forward pass would hide it. The clients, the broker and whoever sends the versions are on the same
 * cores: near what these can do, every further work doubles all waiting. Turns are short and many: what else the machine does
 * meets all three sides, and the median leaves it out.
 */
final class SwapLatency {

    private static final TaskId TASK = new TaskId("swapped");
    private static final int CLIENT_COUNT = 16;
    private static final Duration LONGEST_WANTED = Duration.ofMillis(5);
    private static final int SWAPS_PER_SECOND = 40;
    private static final int SHARE_OF_CAPACITY = 10;
    private static final int SWAPS_PER_ROUND = 200;
    private static final int ROUNDS = Math.max(1, Integer.getInteger("graft.load.swaps", 10_000) / SWAPS_PER_ROUND);
    private static final Pattern DURATION = Pattern.compile("Version swapped in .* durationMicros=(\\d+)");
    private static final byte[] REQUEST = HttpConnection.post("/v1/tasks/" + TASK + "/predictions", "application/json",
            "{\"vector\":[0.25,-1.5,3]}".getBytes(StandardCharsets.UTF_8));

    /** Some swaps, or what looks to the machine like them. */
    private interface Swaps {

        void next() throws IOException;
    }

    private record Turn(Clients.Round answers, Duration length, Duration cpu) {

        double p99() {
            return answers.millis(0.99);
        }
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
            List<Turn> withSwaps = new ArrayList<>();
            List<Turn> unreadEvents = new ArrayList<>();
            List<Turn> without = new ArrayList<>();
            try (UnreadSwaps unread = new UnreadSwaps(TASK, stack.broker().bootstrapServers(), replica.port())) {
                turn(replica, interval, series::swap);
                turn(replica, interval, unread::send);
                for (int round = 0; round < ROUNDS; round++) {
                    withSwaps.add(turn(replica, interval, series::swap));
                    unreadEvents.add(turn(replica, interval, unread::send));
                    without.add(turn(replica, interval, () -> {
                    }));
                }
            }
            print("without swaps", without);
            print("events unread", unreadEvents);
            print("with swaps", withSwaps);
            print("  ratio of p99 in a round: %s, wanted: at most 1.25 ×%n", ratios(withSwaps, without));
            print("  of the events alone, unread: %s; with swaps to that: %s%n", ratios(unreadEvents, without),
                    ratios(withSwaps, unreadEvents));
            print("  the replica's CPU time for a swap, its event, the look for it: median %.2f ms%n",
                    median(withSwaps, turn -> turn.cpu().toNanos() / 1e6 / SWAPS_PER_ROUND)
                            - median(without, turn -> turn.cpu().toNanos() / 1e6 / SWAPS_PER_ROUND));
            printSwaps(replica.log());
            print("  a thread that only sleeps came late by up to %.3f ms meanwhile, in %.3f %% of the times by over %d ms%n",
                    hiccups.longestMillis(), 100 * hiccups.lateShare(), LONGEST_WANTED.toMillis());
        }
    }

    private static Turn turn(ServiceProcess replica, Duration interval, Swaps swaps) throws Exception {
        Duration cpuBefore = replica.cost().cpu();
        Clients clients = Clients.start(replica.port(), CLIENT_COUNT, interval, SwapLatency::script);
        long begunAtNanos = System.nanoTime();
        for (int i = 0; i < SWAPS_PER_ROUND; i += SwapSeries.AT_ONCE) {
            Clients.parkUntil(begunAtNanos + i * 1_000_000_000L / SWAPS_PER_SECOND);
            swaps.next();
        }
        Duration length = Duration.ofNanos(System.nanoTime() - begunAtNanos);
        return new Turn(clients.stop(), length, replica.cost().cpu().minus(cpuBefore));
    }

    private static void print(String side, List<Turn> turns) {
        print("  %-13s p50 %.2f, p99 %.2f ms in the median of %d turns of %.1f s%n", side,
                median(turns, turn -> turn.answers().millis(0.5)), median(turns, Turn::p99), turns.size(),
                median(turns, turn -> turn.length().toNanos() / 1e9));
    }

    private static String ratios(List<Turn> turns, List<Turn> others) {
        double[] ratios = IntStream.range(0, turns.size()).mapToDouble(i -> turns.get(i).p99() / others.get(i).p99()).sorted()
                .toArray();
        return String.format(Locale.ROOT, "median %.2f × (quartiles %.2f, %.2f)", ratios[ratios.length / 2],
                ratios[ratios.length / 4], ratios[ratios.length * 3 / 4]);
    }

    private static double median(List<Turn> turns, ToDoubleFunction<Turn> value) {
        return turns.stream().mapToDouble(value).sorted().toArray()[turns.size() / 2];
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
