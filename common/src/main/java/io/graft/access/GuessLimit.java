package io.graft.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.TimeMeter;

/**
 * How many wrong keys and tokens may come from an address, or of IPv6 from a network of 64 bits, which is what a client has.
 * While it has none left, a right one is refused as a wrong one is, so that a guesser learns nothing; but for a client that
 * came from there with a right one before, who is let in whoever else guesses there.
 * <p>
 * What is seen rarely and not lately is forgotten first.
 */
public final class GuessLimit {

    private static final long COUNT_MAX = 10_000;
    /** Of an IPv6 address: what is behind it a client chooses as it likes. */
    private static final int NETWORK_BYTES = 8;

    private final int wrongPerMinute;
    private final TimeMeter time;
    private final Cache<String, Bucket> buckets = bounded();
    private final Cache<Visit, Boolean> visits = bounded();

    /** A client that came from an address with its key or a token. */
    private record Visit(String address, String client) {
    }

    /** @param wrongPerMinute of one address, at once too; 0: no limit */
    public GuessLimit(int wrongPerMinute) {
        this(wrongPerMinute, TimeMeter.SYSTEM_NANOTIME);
    }

    GuessLimit(int wrongPerMinute, TimeMeter time) {
        this.wrongPerMinute = wrongPerMinute;
        this.time = time;
    }

    private static <K, V> Cache<K, V> bounded() {
        return Caffeine.newBuilder().maximumSize(COUNT_MAX).executor(Runnable::run).build();
    }

    /**
     * Judges a call that brought a key or a token.
     *
     * @param client whose it is; empty: nobody's
     * @return how long to wait where the call is not to learn whether it was right; empty: the call may go on
     */
    public Optional<Duration> refusal(String address, Optional<String> client) {
        if (wrongPerMinute == 0) {
            return Optional.empty();
        }
        return client.map(name -> refusalOfClient(new Visit(network(address), name)))
                .orElseGet(() -> refusalOfGuess(network(address)));
    }

    /** The first half of an IPv6 address; whatever else an address is, all of it. */
    private static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            // In brackets it is never looked up as a name.
            InetAddress parsed = InetAddress.getByName("[" + address.replaceFirst("%.*", "") + "]");
            return parsed instanceof Inet6Address six ? HexFormat.of().formatHex(six.getAddress(), 0, NETWORK_BYTES)
                    : parsed.getHostAddress();
        } catch (UnknownHostException e) {
            return address;
        }
    }

    private Optional<Duration> refusalOfClient(Visit visit) {
        if (visits.getIfPresent(visit) != null) {
            return Optional.empty();
        }
        EstimationProbe probe = bucket(visit.address).estimateAbilityToConsume(1);
        if (!probe.canBeConsumed()) {
            return Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
        visits.put(visit, true);
        return Optional.empty();
    }

    private Optional<Duration> refusalOfGuess(String address) {
        ConsumptionProbe probe = bucket(address).tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Optional.empty() : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    long addressCount() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private Bucket bucket(String address) {
        return buckets.get(address, name -> Bucket.builder().withCustomTimePrecision(time)
                .addLimit(limit -> limit.capacity(wrongPerMinute).refillGreedy(wrongPerMinute, Duration.ofMinutes(1)))
                .build());
    }
}
