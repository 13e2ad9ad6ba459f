package io.graft.access;

import java.time.Duration;
import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;

/**
 * How often a client may call: a bucket of tokens for each, of which every call takes one. Clients that are seen rarely and
 * not lately are forgotten first, and begin with a full bucket again.
 */
public final class RateLimit {

    private static final long CLIENT_COUNT_MAX = 10_000;

    private final int requestsPerSecond;
    private final int burstCount;
    private final TimeMeter time;
    private final Cache<String, Bucket> buckets;

    /**
     * @param requestsPerSecond of one client in the long run; 0: no limit
     * @param burstCount calls at once after a pause
     */
    public RateLimit(int requestsPerSecond, int burstCount) {
        this(requestsPerSecond, burstCount, TimeMeter.SYSTEM_NANOTIME);
    }

    RateLimit(int requestsPerSecond, int burstCount, TimeMeter time) {
        this.requestsPerSecond = requestsPerSecond;
        this.burstCount = burstCount;
        this.time = time;
        this.buckets = Caffeine.newBuilder().maximumSize(CLIENT_COUNT_MAX).executor(Runnable::run).build();
    }

    /** Takes a token of the client. @return how long to wait where there is none; empty: the call may go on */
    public Optional<Duration> refusal(String client) {
        if (requestsPerSecond == 0) {
            return Optional.empty();
        }
        ConsumptionProbe probe = buckets.get(client, name -> full()).tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Optional.empty() : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    long clientCount() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private Bucket full() {
        return Bucket.builder().withCustomTimePrecision(time)
                .addLimit(limit -> limit.capacity(burstCount).refillGreedy(requestsPerSecond, Duration.ofSeconds(1)))
                .build();
    }
}
