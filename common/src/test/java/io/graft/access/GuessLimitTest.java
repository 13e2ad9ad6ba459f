package io.graft.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.github.bucket4j.TimeMeter;

class GuessLimitTest {

    private static final Optional<String> NOBODY = Optional.empty();
    private static final Optional<String> APP = Optional.of("app");
    private static final Optional<String> DESK = Optional.of("desk");

    private final AtomicLong nowNanos = new AtomicLong();
    private final GuessLimit limit = new GuessLimit(3, new TimeMeter() {

        @Override
        public long currentTimeNanos() {
            return nowNanos.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    });

    private void guess(String address, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(limit.refusal(address, NOBODY)).isEmpty();
        }
    }

    @Test
    void letsAnAddressGuessSoOftenInAMinute() {
        // Given
        guess("10.0.0.1", 3);

        // When
        assertThat(limit.refusal("10.0.0.1", NOBODY)).contains(Duration.ofSeconds(20));
        nowNanos.addAndGet(Duration.ofSeconds(20).toNanos());

        // Then
        assertThat(limit.refusal("10.0.0.1", NOBODY)).isEmpty();
        assertThat(limit.refusal("10.0.0.1", NOBODY)).isPresent();
        assertThat(limit.refusal("10.0.0.2", NOBODY)).isEmpty();
    }

    @Test
    void takesANetworkOfIpv6ForOneAddress() {
        // When
        guess("2001:db8:1:2::1", 1);
        guess("2001:db8:1:2:ffff::7", 1);
        guess("2001:0db8:0001:0002:0:0:0:9%eth0", 1);

        // Then
        assertThat(limit.refusal("2001:db8:1:2::2", NOBODY)).isPresent();
        assertThat(limit.refusal("2001:db8:1:3::1", NOBODY)).isEmpty();
        assertThat(limit.refusal("no:address", NOBODY)).isEmpty();
    }

    @Test
    void takesAnIpv4AddressWithinIpv6ForItself() {
        // When
        guess("::ffff:10.0.0.1", 3);

        // Then
        assertThat(limit.refusal("10.0.0.1", NOBODY)).isPresent();
        assertThat(limit.refusal("::ffff:10.0.0.2", NOBODY)).isEmpty();
    }

    @Test
    void doesNotTellAGuesserThatAKeyWasRight() {
        // Given
        guess("10.0.0.1", 3);

        // Then
        assertThat(limit.refusal("10.0.0.1", APP)).contains(Duration.ofSeconds(20));
        assertThat(limit.refusal("10.0.0.2", APP)).isEmpty();
    }

    @Test
    void letsAClientInThatCameFromThereBeforeAndAnotherOneAfterAPause() {
        // Given
        assertThat(limit.refusal("10.0.0.1", APP)).isEmpty();
        guess("10.0.0.1", 3);

        // When
        boolean before = limit.refusal("10.0.0.1", APP).isEmpty();
        boolean atOnce = limit.refusal("10.0.0.1", DESK).isEmpty();
        nowNanos.addAndGet(Duration.ofSeconds(20).toNanos());

        // Then
        assertThat(before).isTrue();
        assertThat(atOnce).isFalse();
        assertThat(limit.refusal("10.0.0.1", DESK)).isEmpty();
        assertThat(limit.refusal("10.0.0.1", NOBODY)).as("a right key costs no guess").isEmpty();
    }

    @Test
    void forgetsAddressesRatherThanGrow() {
        // When
        for (int i = 0; i < 20_000; i++) {
            guess("address-" + i, 1);
        }

        // Then
        assertThat(limit.addressCount()).isLessThanOrEqualTo(10_000);
    }

    @Test
    void limitsNothingWithoutALimit() {
        // Given
        GuessLimit none = new GuessLimit(0);

        // Then
        for (int i = 0; i < 1000; i++) {
            assertThat(none.refusal("10.0.0.1", NOBODY)).isEmpty();
        }
    }
}
