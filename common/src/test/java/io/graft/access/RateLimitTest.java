package io.graft.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.github.bucket4j.TimeMeter;

class RateLimitTest {

    private final AtomicLong nowNanos = new AtomicLong();
    private final RateLimit rate = new RateLimit(2, 3, new TimeMeter() {

        @Override
        public long currentTimeNanos() {
            return nowNanos.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    });

    @Test
    void letsABurstThroughAndThenSoManyInASecond() {
        // Given
        for (int i = 0; i < 3; i++) {
            assertThat(rate.refusal("app")).isEmpty();
        }

        // When
        assertThat(rate.refusal("app")).contains(Duration.ofMillis(500));
        nowNanos.addAndGet(Duration.ofMillis(500).toNanos());

        // Then
        assertThat(rate.refusal("app")).isEmpty();
        assertThat(rate.refusal("app")).isPresent();
    }

    @Test
    void countsEachClientByItself() {
        // Given
        for (int i = 0; i < 4; i++) {
            rate.refusal("app");
        }

        // Then
        assertThat(rate.refusal("app")).isPresent();
        assertThat(rate.refusal("desk")).isEmpty();
    }

    @Test
    void forgetsClientsRatherThanGrow() {
        // When
        for (int i = 0; i < 20_000; i++) {
            rate.refusal("client-" + i);
        }

        // Then
        assertThat(rate.clientCount()).isEqualTo(10_000);
    }

    @Test
    void limitsNobodyByDefault() {
        // Given
        RateLimit none = new RateLimit(0, 1);

        // Then
        for (int i = 0; i < 100; i++) {
            assertThat(none.refusal("app")).isEmpty();
        }
        assertThat(none.clientCount()).isZero();
    }
}
