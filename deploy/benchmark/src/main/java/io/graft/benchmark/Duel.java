package io.graft.benchmark;

import java.lang.management.ManagementFactory;
import java.util.Locale;

import com.sun.management.OperatingSystemMXBean;

/**
 * Two ways to do the same work, taken in turns, so that whatever else the machine does meets both.
 * <p>
 * Printed is the shortest round of each side, by the clock and by the process's CPU time. On a quiet machine the two ratios
 * tell the same; where they differ much, others were computing and the one of the CPU time is the better.
 *
 * @param title what is measured
 * @param target the ratio that the project wants, as a sentence
 * @param warmUpRounds of each side that do not count
 * @param rounds of each side after them
 */
record Duel(String title, String target, int warmUpRounds, int rounds) {

    private static final OperatingSystemMXBean PROCESS = ManagementFactory
            .getPlatformMXBean(OperatingSystemMXBean.class);

    /**
     * One side.
     *
     * @param work done in a round
     * @param scale by which a round's time is multiplied before it is printed
     */
    record Side(String name, Work work, double scale) {
    }

    /** What a round does. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    private record Cost(double wallMs, double cpuMs) {

        static final Cost NONE_YET = new Cost(Double.MAX_VALUE, Double.MAX_VALUE);

        Cost min(Cost other) {
            return new Cost(Math.min(wallMs, other.wallMs), Math.min(cpuMs, other.cpuMs));
        }
    }

    /** Runs all rounds and prints the figures. */
    void fight(Side usual, Side graft) throws Exception {
        Cost usualCost = Cost.NONE_YET;
        Cost graftCost = Cost.NONE_YET;
        for (int round = -warmUpRounds; round < rounds; round++) {
            Cost first = measure(usual);
            Cost second = measure(graft);
            if (round >= 0) {
                usualCost = usualCost.min(first);
                graftCost = graftCost.min(second);
            }
        }
        print("%n%s (%d rounds each, in turns)%n", title, rounds);
        print("  %-46s %12.2f ms  %12.2f ms of CPU%n", usual.name, usualCost.wallMs, usualCost.cpuMs);
        print("  %-46s %12.2f ms  %12.2f ms of CPU%n", graft.name, graftCost.wallMs, graftCost.cpuMs);
        print("  %-46s %12.2f ×   %12.2f ×   wanted: %s%n", "ratio", usualCost.wallMs / graftCost.wallMs,
                usualCost.cpuMs / graftCost.cpuMs, target);
    }

    /** CPU time of this process since its start, of all its threads. */
    static long processCpuNanos() {
        return PROCESS.getProcessCpuTime();
    }

    private static Cost measure(Side side) throws Exception {
        long cpuStart = processCpuNanos();
        long start = System.nanoTime();
        side.work.run();
        long wall = System.nanoTime() - start;
        long cpu = processCpuNanos() - cpuStart;
        return new Cost(wall / 1e6 * side.scale, cpu / 1e6 * side.scale);
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }
}
