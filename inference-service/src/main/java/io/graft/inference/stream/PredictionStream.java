package io.graft.inference.stream;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.graft.event.Topics;
import io.graft.event.TransactionalLoop;
import io.graft.inference.prediction.Predictor;
import io.graft.inference.serving.ReplicaConfig;
import io.graft.inference.serving.ServingTable;
import io.graft.sample.SampleContentCodec;
import io.graft.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;

/** The arrow from {@code prediction-requests} to {@code predictions}: any replica answers any partition. */
@Singleton
final class PredictionStream {

    private static final int FIRST = 1;
    private static final String GROUP = "graft-predictor";
    private static final Duration WAIT_MIN = Duration.ofSeconds(1);
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

    private final boolean enabled;
    private final ServingTable table;
    private final RequestBatches batches;
    private final TransactionalLoop loop;
    private boolean leaving;

    PredictionStream(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, ReplicaConfig replica,
            PredictionStreamConfig config, ServingTable table, Predictor predictor, SampleContentCodec codec,
            Tracing tracing, MeterRegistry registry) {
        StreamMeters meters = new StreamMeters(registry);
        RequestTries tries = new RequestTries(new PredictionRequests(topics, codec, predictor, tracing),
                new TryLimits(waitLimit(config), config.memoryWaitCountMax(), config.brokenTryCountMax(),
                        config.brokenRowMax()),
                meters);
        this.enabled = config.enabled();
        this.table = table;
        this.batches = new RequestBatches(topics, tries, meters, config.concurrency());
        this.loop = new TransactionalLoop(kafka, topics.predictionRequests(), topics.prefix() + GROUP, replica.name(),
                config.transactionSize(), batches);
    }

    /** Well below the time after which a consumer that does not poll loses its partitions. */
    private static Duration waitLimit(PredictionStreamConfig config) {
        Duration limit = config.waitLimit();
        if (limit.compareTo(WAIT_MIN) < 0 || limit.compareTo(WAIT_MAX) > 0) {
            throw new IllegalArgumentException("graft.prediction-requests.wait-limit is " + limit + " (expected: " + WAIT_MIN
                    + " to " + WAIT_MAX + ")");
        }
        return limit;
    }

    /** Takes no request before this replica can answer what the others do: they would wait here for what is being loaded. */
    void start(@Observes StartupEvent event) {
        if (enabled) {
            table.completion().thenRun(this::join);
        }
    }

    private synchronized void join() {
        if (!leaving) {
            loop.start();
        }
    }

    /** Why no request is read any more, if that ended on its own. */
    Optional<Throwable> failure() {
        return loop.failure();
    }

    /** At the signal: others take the partitions over once what this replica has read of them is answered. */
    synchronized void leave(@Observes ShutdownDelayInitiatedEvent event) {
        leaving = true;
        loop.leave();
    }

    /** Before the batchers are closed, which its answers come from. */
    synchronized void stop(@Observes @Priority(FIRST) ShutdownEvent event) {
        leaving = true;
        batches.end();
        loop.close();
        batches.close();
    }
}
