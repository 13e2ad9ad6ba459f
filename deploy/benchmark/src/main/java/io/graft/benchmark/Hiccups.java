package io.graft.benchmark;

import java.util.concurrent.locks.LockSupport;

/**
 * How late a thread comes that does nothing but sleep for a millisecond, again and again: what the machine takes from every
 * thread, and so the floor of each longest time that is measured beside it.
 */
final class Hiccups implements AutoCloseable {

    private static final long SLEEP_NANOS = 1_000_000;

    private final Thread thread = new Thread(this::sleepAgain, "hiccups");
    private volatile boolean enough;
    private volatile long longestNanos;

    private Hiccups() {
    }

    static Hiccups start() {
        Hiccups hiccups = new Hiccups();
        hiccups.thread.setDaemon(true);
        hiccups.thread.start();
        return hiccups;
    }

    /** How late it came at most, in ms. */
    double longestMillis() {
        return longestNanos / 1e6;
    }

    private void sleepAgain() {
        while (!enough) {
            long begunAtNanos = System.nanoTime();
            LockSupport.parkNanos(SLEEP_NANOS);
            longestNanos = Math.max(longestNanos, System.nanoTime() - begunAtNanos - SLEEP_NANOS);
        }
    }

    @Override
    public void close() {
        enough = true;
    }
}
