package io.graft.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
     * Asks for a path with an API key.
     *
     * @param host to call from: 127.0.0.host
     * @return the answer's status
     */
    public static int status(int port, int host, String path, String apiKey) {
        try (Socket socket = new Socket(address(1), port, address(host), 0)) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: graft\r\nX-API-Key: " + apiKey
                    + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            return Integer.parseInt(answer.readLine(), STATUS_AT, STATUS_AT + 3, 10);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetAddress address(int host) throws IOException {
        return InetAddress.getByAddress(new byte[] { 127, 0, 0, (byte) host });
    }
}
