package io.graft.trainer.queue;

import java.time.Duration;

/** Time that passes when somebody waits for it, at once. */
final class SteppedClock implements Patience.Clock {

    private long nanos;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void park(long parkedNanos) {
        nanos += parkedNanos;
    }

    void pass(Duration duration) {
        nanos += duration.toNanos();
    }

    Duration passed() {
        return Duration.ofNanos(nanos);
    }
}
