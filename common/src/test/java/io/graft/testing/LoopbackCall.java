package io.graft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A call from an address of choice: on Linux all of 127.0.0.0/8 is this machine. */
public final class LoopbackCall {

    private static final int STATUS_AT = "HTTP/1.1 ".length();

    private LoopbackCall() {
    }

    /**
     * Asks for a path.
     *
     * @param host to call from: 127.0.0.host
     * @param header one line, its name and its value
     * @return the answer as it came, with status and headers
     */
    public static String answer(int port, int host, String path, String header) {
        try (Socket socket = new Socket(address(1), port, address(host), 0)) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: graft\r\n" + header
                    + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The status of such an answer. */
    public static int status(String answer) {
        return Integer.parseInt(answer, STATUS_AT, STATUS_AT + 3, 10);
    }

    private static InetAddress address(int host) throws IOException {
        return InetAddress.getByAddress(new byte[] { 127, 0, 0, (byte) host });
    }
}
