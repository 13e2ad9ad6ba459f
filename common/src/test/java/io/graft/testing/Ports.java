package io.graft.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of this machine to listen on.
 * <p>
 * Taken from below the range that systems hand out to outgoing connections: a client that keeps calling a stopped server on a
 * port of that range may in the end connect to itself and take the port away.
 */
public final class Ports {

    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;

    private Ports() {
    }

    /** A port that nobody listens on at this moment. */
    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + LOWEST + " and " + HIGHEST + " after 1000 tries");
    }

    public static boolean isFree(int port) {
        try (ServerSocket everywhere = new ServerSocket(port, 1)) {
            return everywhere.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
