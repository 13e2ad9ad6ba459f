package io.graft.inference.feedback;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;

/** Lets contents go when their time is over, and not only with the next prediction. */
@Singleton
final class FeedbackClock {

    private static final long TICK_SECONDS = 1;

    private final RecentPredictions recent;
    private final ScheduledExecutorService thread;

    FeedbackClock(RecentPredictions recent) {
        this.recent = recent;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread daemon = new Thread(task, "feedback-clock");
            daemon.setDaemon(true);
            return daemon;
        });
    }

    void start(@Observes StartupEvent event) {
        // Forgetting has nothing that can go wrong.
        ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(recent::forgetOldest, TICK_SECONDS, TICK_SECONDS,
                TimeUnit.SECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }
}
