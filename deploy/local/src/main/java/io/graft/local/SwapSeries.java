package io.graft.local;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

import io.graft.id.ModelVersion;

/**
 * Swaps versions of one task, one after the other, each by an event and a promotion of its own. A few versions are sent ahead
 * and a few promotions at once, and the next come when a replica has followed them: none waits for its version, and no swap is
 * left out.
 */
public final class SwapSeries implements AutoCloseable {

    /** Swaps of one {@link #swap()}. Twice as many are in memory at once, of the ten that a replica keeps by default. */
    public static final int AT_ONCE = 4;

    /** So that looking is no load beside the load: looked for every millisecond, swaps cost less than the looks. */
    public static final long LOOK_AGAIN_NANOS = 10_000_000;

    private final VersionSeries versions;
    private final ModelSender sender;
    private final HttpConnection connection;
    private volatile int promotedCount;

    /**
     * Sends the first versions.
     *
     * @param port of the replica that is waited for
     */
    public SwapSeries(VersionSeries versions, String bootstrapServers, int port) throws IOException {
        this.versions = versions;
        this.sender = new ModelSender(bootstrapServers);
        this.connection = new HttpConnection(port);
        send();
    }

    /** Versions that may have answered by now: 1 to this one. */
    public int promotedCount() {
        return promotedCount;
    }

    /** Swaps a few versions in and returns when the replica answers with the last of them. */
    public void swap() throws IOException {
        int until = versions.sentCount();
        send();
        promotedCount = until;
        for (int version = until - AT_ONCE + 1; version <= until; version++) {
            sender.promote(versions.task(), new ModelVersion(version));
        }
        sender.flush();
        await("/v2/models/" + versions.task() + "/versions/" + versions.sentCount() + "/ready", "\"ready\":true");
        await("/v1/tasks/" + versions.task(), "\"version\":" + until + ",");
    }

    private void send() {
        versions.send(sender, AT_ONCE);
        sender.flush();
    }

    private void await(String path, String wanted) throws IOException {
        byte[] request = HttpConnection.get(path);
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!connection.exchange(request).text().contains(wanted)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(path + " has not said " + wanted + " within a minute: "
                        + connection.exchange(request).text());
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
        sender.close();
    }
}
