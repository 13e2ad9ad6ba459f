package io.graft.local;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One HTTP/1.1 connection that is kept alive, on a bare socket: under load the cores shall be the server's, and a test can send
 * what no client would. For one thread.
 */
public final class HttpConnection implements AutoCloseable {

    private static final int ANSWER_LIMIT_MS = 60_000;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final String LENGTH = "\r\ncontent-length:";

    private final InetSocketAddress address;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private Socket socket;
    private InputStream in;
    private int position;
    private int limit;

    /**
     * What the server answered.
     *
     * @param head status line and headers, in lower case
     * @param text its body
     */
    public record Answer(int status, String head, String text) {

        boolean isLast() {
            return head.contains("\r\nconnection: close");
        }
    }

    /** Connects to a port of this machine. */
    public HttpConnection(int port) throws IOException {
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.socket = connect();
        this.in = socket.getInputStream();
    }

    /** A whole request, ready to be sent again and again. */
    public static byte[] post(String path, String contentType, byte[] body) {
        return request("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + contentType, body);
    }

    public static byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * A whole request with a body.
     *
     * @param lines the request line and headers, without the length of the body and without an end
     */
    public static byte[] request(String lines, byte[] body) {
        byte[] head = (lines + "\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] request = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    /** Sends a whole request and reads the whole answer. Connects again where the server has said that it is about to close. */
    public Answer exchange(byte[] request) throws IOException {
        send(request);
        Answer answer = receive();
        if (answer.isLast()) {
            reconnect();
        }
        return answer;
    }

    /**
     * Sends the last bytes of this connection, ends its own side, reads one answer and connects anew. @throws EOFException
     * without one
     */
    public Answer exchangeLast(byte[] bytes) throws IOException {
        try {
            send(bytes);
            socket.shutdownOutput();
            return receive();
        } finally {
            reconnect();
        }
    }

    /** Forgets what was sent and not answered. */
    public void reconnect() throws IOException {
        close();
        socket = connect();
        in = socket.getInputStream();
        position = 0;
        limit = 0;
    }

    private Socket connect() throws IOException {
        Socket opened = new Socket();
        opened.setTcpNoDelay(true);
        opened.setSoTimeout(ANSWER_LIMIT_MS);
        opened.connect(address, ANSWER_LIMIT_MS);
        return opened;
    }

    /** Sends bytes, as of a part of a request. */
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Reads one answer. @throws EOFException without one */
    public Answer receive() throws IOException {
        String head = head();
        int behindVersion = head.indexOf(' ') + 1;
        int status = Integer.parseInt(head.substring(behindVersion, behindVersion + 3));
        if (status < 200) {
            return receive();
        }
        return new Answer(status, head, new String(body(head, status), StandardCharsets.UTF_8));
    }

    private String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream(256);
        int ending = 0;
        while (ending < 4) {
            int next = next();
            head.write(next);
            ending = next == (ending % 2 == 0 ? '\r' : '\n') ? ending + 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    }

    private byte[] body(String head, int status) throws IOException {
        int at = head.indexOf(LENGTH);
        if (at >= 0) {
            int from = at + LENGTH.length();
            return bytes(Integer.parseInt(head.substring(from, head.indexOf('\r', from)).trim()));
        }
        if (head.contains("\r\ntransfer-encoding: chunked")) {
            return chunks();
        }
        if (status == 204 || status == 304) {
            return new byte[0];
        }
        throw new IOException("answer does not say where it ends: " + head);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length;
        do {
            length = Integer.parseInt(line(), 16);
            body.write(bytes(length));
            line();
        } while (length > 0);
        return body.toByteArray();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = next(); next != '\n'; next = next()) {
            line.append((char) next);
        }
        return line.toString().trim();
    }

    private byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        int done = Math.min(count, limit - position);
        System.arraycopy(buffer, position, bytes, 0, done);
        position += done;
        if (in.readNBytes(bytes, done, count - done) < count - done) {
            throw new EOFException("connection ended within an answer");
        }
        return bytes;
    }

    private int next() throws IOException {
        if (position == limit) {
            limit = in.read(buffer);
            position = 0;
            if (limit < 0) {
                limit = 0;
                throw new EOFException("connection ended without an answer");
            }
        }
        return buffer[position++] & 0xff;
    }

    /** At once, so that thousands of short connections leave none waiting for its end. */
    @Override
    public void close() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
