package io.graft.local;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

/**
 * Clients of a service, each with a connection and a thread of its own, that ask until they are stopped. Without an interval
 * each asks again as soon as it is answered; with one, each asks at its times, and what comes late counts as late from when it
 * should have been asked.
 */
public final class Clients {

    private final List<Caller> callers = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final long begunAtNanos = System.nanoTime();
    private volatile boolean enough;

    /** What one client asks, and what it makes of the answers. */
    public interface Script {

        /**
         * What to send.
         *
         * @param number of the request, from 0
         */
        byte[] request(int number);

        /** Throws for an answer that must not be. */
        void answered(HttpConnection.Answer answer) throws IOException;

        /** Takes one of the requests after the other, and 200 for an answer. */
        static Script of(List<byte[]> requests, int first) {
            return new Script() {
                @Override
                public byte[] request(int number) {
                    return requests.get((first + number) % requests.size());
                }

                @Override
                public void answered(HttpConnection.Answer answer) {
                    requireOk(answer);
                }
            };
        }

        /** Throws for another status than 200. */
        static void requireOk(HttpConnection.Answer answer) {
            if (answer.status() != 200) {
                throw new IllegalStateException("answer is " + answer.head() + answer.text() + " (expected: 200)");
            }
        }
    }

    /** What came of it. */
    public static final class Round {

        private final Duration wall;
        private final long[] sortedNanos;

        private Round(Duration wall, long[] nanos) {
            this.wall = wall;
            this.sortedNanos = nanos;
            Arrays.sort(nanos);
        }

        /** Answers. */
        public int count() {
            return sortedNanos.length;
        }

        /** Answers in a second. */
        public double perSecond() {
            return count() * 1e9 / wall.toNanos();
        }

        /**
         * How long an answer takes at most.
         *
         * @param share of the answers that take no longer, 0 to 1
         */
        public double millis(double share) {
            return sortedNanos[(int) Math.min(sortedNanos.length - 1L, (long) (share * sortedNanos.length))] / 1e6;
        }
    }

    private Clients() {
    }

    /**
     * Starts them.
     *
     * @param interval between two requests of a client; zero: none
     * @param scripts of each client, by its number
     */
    public static Clients start(int port, int clientCount, Duration interval, IntFunction<Script> scripts) throws IOException {
        Clients clients = new Clients();
        for (int i = 0; i < clientCount; i++) {
            long firstAtNanos = clients.begunAtNanos + interval.toNanos() * i / clientCount;
            clients.callers.add(clients.new Caller(i, new HttpConnection(port), scripts.apply(i), interval, firstAtNanos));
        }
        clients.callers.forEach(Thread::start);
        return clients;
    }

    /** Lets them ask for so long. */
    public static Round run(int port, int clientCount, Duration interval, Duration length, IntFunction<Script> scripts)
            throws IOException, InterruptedException {
        Clients clients = start(port, clientCount, interval, scripts);
        Thread.sleep(length.toMillis());
        return clients.stop();
    }

    /** Waits for a time of {@link System#nanoTime()}. */
    public static void parkUntil(long atNanos) {
        for (long left = atNanos - System.nanoTime(); left > 0; left = atNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Why one has given up, if one has. */
    public @Nullable Throwable failure() {
        return failure.get();
    }

    /**
     * Lets running requests finish.
     *
     * @throws IllegalStateException when a client has met something that must not be
     */
    public Round stop() throws InterruptedException {
        enough = true;
        for (Caller caller : callers) {
            caller.join();
        }
        Duration wall = Duration.ofNanos(System.nanoTime() - begunAtNanos);
        Throwable first = failure.get();
        if (first != null) {
            throw new IllegalStateException(first.getMessage(), first);
        }
        int count = callers.stream().mapToInt(caller -> caller.count).sum();
        long[] all = new long[count];
        int position = 0;
        for (Caller caller : callers) {
            System.arraycopy(caller.nanos, 0, all, position, caller.count);
            position += caller.count;
        }
        return new Round(wall, all);
    }

    private final class Caller extends Thread {

        private final HttpConnection connection;
        private final Script script;
        private final long intervalNanos;
        private final long firstAtNanos;
        private long[] nanos = new long[1024];
        private int count;

        Caller(int number, HttpConnection connection, Script script, Duration interval, long firstAtNanos) {
            super("client-" + number);
            setDaemon(true);
            this.connection = connection;
            this.script = script;
            this.intervalNanos = interval.toNanos();
            this.firstAtNanos = firstAtNanos;
        }

        @Override
        public void run() {
            try (connection) {
                while (!enough) {
                    long atNanos = due();
                    HttpConnection.Answer answer = connection.exchange(script.request(count));
                    note(System.nanoTime() - atNanos);
                    script.answered(answer);
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                failure.compareAndSet(null, e);
                enough = true;
            }
        }

        private long due() {
            if (intervalNanos == 0) {
                return System.nanoTime();
            }
            long atNanos = firstAtNanos + count * intervalNanos;
            parkUntil(atNanos);
            return atNanos;
        }

        private void note(long tookNanos) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = tookNanos;
        }
    }
}
