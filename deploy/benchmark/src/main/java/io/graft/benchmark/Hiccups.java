package io.graft.benchmark;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How late a thread comes that does nothing but sleep for a millisecond, again and again: what the machine takes from every
 * thread, and so the floor of each longest time that is measured beside it.
 */
final class Hiccups implements AutoCloseable {

    private static final long SLEEP_NANOS = 1_000_000;

    private final Thread thread = new Thread(this::sleepAgain, "hiccups");
    private final long lateNanos;
    private volatile boolean enough;
    private volatile long longestNanos;
    private volatile long count;
    private volatile long lateCount;

    private Hiccups(Duration late) {
        this.lateNanos = late.toNanos();
    }

    /** Counts what comes later than that. */
    static Hiccups start(Duration late) {
        Hiccups hiccups = new Hiccups(late);
        hiccups.thread.setDaemon(true);
        hiccups.thread.start();
        return hiccups;
    }

    /** How late it came at most, in ms. */
    double longestMillis() {
        return longestNanos / 1e6;
    }

    /** Of its sleeps, those after which it came late. */
    double lateShare() {
        return (double) lateCount / count;
    }

    private void sleepAgain() {
        long sleeps = 0;
        long late = 0;
        while (!enough) {
            long begunAtNanos = System.nanoTime();
            LockSupport.parkNanos(SLEEP_NANOS);
            long lateness = System.nanoTime() - begunAtNanos - SLEEP_NANOS;
            longestNanos = Math.max(longestNanos, lateness);
            late += lateness > lateNanos ? 1 : 0;
            lateCount = late;
            count = ++sleeps;
        }
    }

    @Override
    public void close() {
        enough = true;
    }
}
