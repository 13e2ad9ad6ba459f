package io.graft.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;

/** A server over HTTP on this machine, whose answers a test writes, and which may keep a client waiting until it is closed. */
public final class WebServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);

    private WebServer(HttpServer server) {
        this.server = server;
    }

    /** Starts one; {@link #answer} says what it answers. */
    public static WebServer start() throws IOException {
        WebServer started = new WebServer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        started.server.setExecutor(started.threads);
        started.server.start();
        return started;
    }

    /** What it answers to paths that begin with this one. */
    public WebServer answer(String path, HttpHandler handler) {
        server.createContext(path, handler);
        return this;
    }

    public URI uri(String path) {
        return URI.create("http://" + server.getAddress().getHostString() + ":" + server.getAddress().getPort() + path);
    }

    /** Waits until it is closed, to be called by an answer that never comes. */
    public void awaitEnd() throws IOException {
        boolean ended = false;
        while (!ended) {
            ended = awaitEnd(1_000);
        }
    }

    /** Likewise for some time. @return whether it is closed */
    public boolean awaitEnd(long millis) throws IOException {
        try {
            return end.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Takes no further call. */
    public void stop() {
        server.stop(0);
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
