package io.graft.inference.feedback;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.inference.metrics.Owners;
import io.graft.inference.prediction.PredictionIds;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Identifier;

/** Makes the parts of this package out of the configuration. */
final class FeedbackBeans {

    private static final int CANDIDATE_COUNT_MAX = 100;
    private static final long WAITING_BYTES_MAX = 64L << 20;
    private static final int IDLE_SECONDS = 10;

    @Produces
    @Singleton
    EventWriter events(@Identifier("default-kafka-broker") Map<String, Object> kafka) {
        return new EventWriter(kafka);
    }

    void close(@Disposes EventWriter events) {
        events.close();
    }

    @Produces
    @Singleton
    RecentPredictions recent(FeedbackConfig config, MeterRegistry registry, InstantSource clock) {
        RecentPredictions recent = new RecentPredictions(config.storeBytesMax(), config.retention(), clock);
        Gauge.builder("graft.feedback.store.bytes", recent, RecentPredictions::bytes)
                .description("Contents that are remembered for feedback").register(registry);
        Gauge.builder("graft.feedback.store.predictions", recent, RecentPredictions::count)
                .description("Predictions that are remembered for feedback").register(registry);
        return recent;
    }

    @Produces
    @Singleton
    Feedback feedback(Topics topics, PredictionIds ids, RecentPredictions recent, LabellingCandidatesConfig asking,
            FeedbackConfig config, EventWriter events, FeedbackMetrics metrics, Owners<TaskId> tasks, InstantSource clock) {
        LabellingCandidates candidates = new LabellingCandidates(topics, asking, events,
                new EventRoom(CANDIDATE_COUNT_MAX, WAITING_BYTES_MAX), thread("labelling-candidates"), tasks, clock);
        WaitingEvents waiting = new WaitingEvents(events, new EventRoom(config.waitingCountMax(), WAITING_BYTES_MAX),
                thread("feedback-events"));
        return new Feedback(topics, ids, recent, candidates, events, waiting, metrics, clock);
    }

    /** One thread, there while there are events for it; the room that they wait in is bounded. */
    private static ThreadPoolExecutor thread(String name) {
        ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), task -> {
                    Thread daemon = new Thread(task, name);
                    daemon.setDaemon(true);
                    return daemon;
                });
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }
}
