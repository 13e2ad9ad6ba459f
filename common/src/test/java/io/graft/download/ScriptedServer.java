package io.graft.download;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A server of HTTP/1.1 that answers as a test says, down to the byte at which it falls silent or closes. */
final class ScriptedServer implements AutoCloseable {

    private final ServerSocket socket;
    private final List<Answer> answers;
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    /** What is written to a connection before it is closed. */
    interface Answer {

        void write(OutputStream out) throws IOException, InterruptedException;
    }

    /** One answer for each request, the last one for all further ones. */
    ScriptedServer(Answer... answers) throws IOException {
        this.answers = List.of(answers);
        this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private void start(Runnable task) {
        Thread thread = new Thread(task, "scripted-server");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                start(() -> answer(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(Socket connection) {
        try (connection) {
            note(connection);
            answers.get(Math.min(ranges.size(), answers.size()) - 1).write(connection.getOutputStream());
        } catch (IOException e) {
            System.out.println("the client has gone: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void note(Socket connection) throws IOException {
        BufferedReader request = new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
        paths.add(request.readLine().split(" ", -1)[1]);
        String range = "all";
        for (String line = request.readLine(); line != null && !line.isEmpty(); line = request.readLine()) {
            if (line.startsWith("Range: ")) {
                range = line.substring("Range: ".length());
            }
        }
        ranges.add(range);
    }

    /** The status line and a header; the body follows. */
    static void head(OutputStream out, String status, String header) throws IOException {
        out.write(
                ("HTTP/1.1 " + status + "\r\nConnection: close\r\n" + header + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** One chunk of an answer whose length nobody says before. */
    static void chunk(OutputStream out, byte[] bytes) throws IOException {
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Keeps the connection and sends nothing. */
    static void fallSilent() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Whose bytes were asked for, from the first request on. */
    List<String> paths() {
        return paths;
    }

    /** Which bytes. */
    List<String> ranges() {
        return ranges;
    }

    URI uri() {
        return URI.create("http://" + socket.getInetAddress().getHostAddress() + ":" + socket.getLocalPort() + "/weights.pth");
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.forEach(Thread::interrupt);
    }
}
