package io.graft.download;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
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
    private final Duration timeMax;
    private final long deadlineNanos;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "download-watch");
        thread.setDaemon(true);
        return thread;
    });
    private final ScheduledFuture<?> looking;
    private volatile long sizeBytes;
    private volatile @Nullable String reason;
    private volatile long arrivedNanos = System.nanoTime();
    private long loggedNanos = System.nanoTime();

    /**
     * @param expectedBytes of the whole file; below 0: unknown
     * @param rules how long it may be silent, and take
     * @param remaining of what it may take
     */
    DownloadWatch(String uri, InputStream body, long sizeBytes, long expectedBytes, DownloadRules rules, Duration remaining) {
        this.uri = uri;
        this.body = body;
        this.sizeBytes = sizeBytes;
        this.expectedBytes = expectedBytes;
        this.silenceMax = rules.silenceMax();
        this.timeMax = rules.timeMax();
        this.deadlineNanos = System.nanoTime() + remaining.toNanos();
        LOG.info("Download begins uri={} sizeBytes={} expectedBytes={}", uri, sizeBytes, expectedBytes);
        this.looking = clock.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void arrived(long nowSizeBytes) {
        sizeBytes = nowSizeBytes;
        arrivedNanos = System.nanoTime();
    }

    /** Why it closed the stream, if it did. */
    Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    private void look() {
        long now = System.nanoTime();
        boolean late = now - deadlineNanos > 0;
        if (late || now - arrivedNanos > silenceMax.toNanos()) {
            String why = late ? "its time of " + timeMax + " is over" : "nothing came for " + silenceMax;
            LOG.warn("Download is broken off uri={} sizeBytes={} because=\"{}\"", uri, sizeBytes, why);
            reason = why;
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
