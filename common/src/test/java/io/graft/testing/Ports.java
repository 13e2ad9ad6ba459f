package io.graft.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of this machine to listen on.
 * <p>
 * Taken from below the range that systems hand out to outgoing connections: a client that keeps calling a stopped server on a
 * port of that range may in the end connect to itself and take the port away. Each of the processes in which Maven runs tests
 * side by side has a range of its own: no other sees that a port has been given before somebody listens on it.
 */
public final class Ports {

    private static final int RANGE_COUNT = 8;
    private static final int RANGE_SIZE = 2_000;
    private static final int LOWEST = 15_000 + RANGE_SIZE * (Integer.getInteger("graft-test.fork-number", 0) % RANGE_COUNT);
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {
    }

    /** A port that nobody listens on at this moment, and that this class has not given before. */
    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = LOWEST + ThreadLocalRandom.current().nextInt(RANGE_SIZE);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port of the " + RANGE_SIZE + " from " + LOWEST + " on after 1000 tries");
    }

    public static boolean isFree(int port) {
        try (ServerSocket everywhere = new ServerSocket(port, 1)) {
            return everywhere.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
