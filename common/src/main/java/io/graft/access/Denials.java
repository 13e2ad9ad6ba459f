package io.graft.access;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;

/** Logs the calls that were denied, each cause once in an hour, so that nobody fills a disk by being denied. */
public final class Denials {

    private static final Logger LOG = LoggerFactory.getLogger(Denials.class);
    private static final Duration SILENCE = Duration.ofHours(1);
    private static final long CAUSE_COUNT_MAX = 1000;

    private final Cache<Cause, Boolean> logged;

    /** Who was denied what: the status says whether it was unknown, lacked a role or called too often. */
    private record Cause(String client, String method, int status) {
    }

    public Denials() {
        this(Ticker.systemTicker());
    }

    Denials(Ticker ticker) {
        this.logged = Caffeine.newBuilder().maximumSize(CAUSE_COUNT_MAX).expireAfterWrite(SILENCE).ticker(ticker)
                .executor(Runnable::run).build();
    }

    /**
     * Logs a denial, unless its cause was logged within the hour.
     *
     * @param client its name or address, never its secret
     * @return whether it was logged
     */
    public boolean log(String client, String method, String path, int status) {
        boolean first = logged.asMap().putIfAbsent(new Cause(client, method, status), true) == null;
        if (first) {
            LOG.warn("Call denied client={} status={} method={} path={}", client, status, method, path);
        }
        return first;
    }
}
