package io.graft.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

class DenialsTest {

    @Test
    void logsACauseOnceInAnHour() {
        // Given
        AtomicLong nowNanos = new AtomicLong();
        Denials denials = new Denials(nowNanos::get);

        // Then
        assertThat(denials.log("app", "GET", "/v1/tasks", 403)).isTrue();
        assertThat(denials.log("app", "GET", "/v1/tasks/iris", 403)).isFalse();
        assertThat(denials.log("app", "POST", "/v1/tasks/iris/promotions", 403)).isTrue();
        assertThat(denials.log("desk", "GET", "/v1/tasks", 403)).isTrue();
        nowNanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(denials.log("app", "GET", "/v1/tasks", 403)).isTrue();
    }
}
