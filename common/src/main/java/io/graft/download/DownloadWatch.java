package io.graft.download;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says how far a download is, and closes its stream when nothing comes or its time is over: reading knows no time limit. */
final class DownloadWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DownloadWatch.class);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_MILLIS = 100;

    private final String uri;
    private final InputStream body;
    private final long expectedBytes;
    private final Duration silenceMax;
    private final long deadlineNanos;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "download-watch");
        thread.setDaemon(true);
        return thread;
    });
    private final ScheduledFuture<?> looking;
    private volatile long sizeBytes;
    private volatile long arrivedNanos = System.nanoTime();
    private long loggedNanos = System.nanoTime();

    /** @param expectedBytes of the whole file; below 0: unknown */
    DownloadWatch(String uri, InputStream body, long sizeBytes, long expectedBytes, Duration silenceMax, Duration timeMax) {
        this.uri = uri;
        this.body = body;
        this.sizeBytes = sizeBytes;
        this.expectedBytes = expectedBytes;
        this.silenceMax = silenceMax;
        this.deadlineNanos = System.nanoTime() + timeMax.toNanos();
        LOG.info("Download begins uri={} sizeBytes={} expectedBytes={}", uri, sizeBytes, expectedBytes);
        this.looking = clock.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void arrived(long nowSizeBytes) {
        sizeBytes = nowSizeBytes;
        arrivedNanos = System.nanoTime();
    }

    private void look() {
        long now = System.nanoTime();
        if (now - arrivedNanos > silenceMax.toNanos() || now - deadlineNanos > 0) {
            LOG.warn("Download is broken off uri={} sizeBytes={} silenceMax={}", uri, sizeBytes, silenceMax);
            try {
                body.close();
            } catch (IOException e) {
                LOG.warn("Download cannot be broken off uri={}", uri, e);
            }
        } else if (now - loggedNanos > LOG_NANOS) {
            loggedNanos = now;
            LOG.info("Download goes on uri={} sizeBytes={} expectedBytes={}", uri, sizeBytes, expectedBytes);
        }
    }

    @Override
    public void close() {
        looking.cancel(false);
        clock.shutdownNow();
    }
}
