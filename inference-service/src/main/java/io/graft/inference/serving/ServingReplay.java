package io.graft.inference.serving;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.event.TopicCreation;
import io.graft.event.TopicReplay;
import io.graft.event.Topics;
import io.graft.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;

/** Keeps the table up to date: a thread of its own reads both topics from their beginning, without a group. */
@Singleton
final class ServingReplay {

    private static final Logger LOG = LoggerFactory.getLogger(ServingReplay.class);
    private static final long TICK_MILLIS = 100;

    private final ServingTable table;
    private final TopicReplay replay;
    private final KafkaClientMetrics kafkaMetrics;
    private final ScheduledExecutorService ticker;
    private volatile @Nullable Throwable tickFailure;

    ServingReplay(TopicsConfig config, Topics topics, ServingTable table, ServingListener listener, Tracing tracing,
            MeterRegistry registry,
            @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        if (config.create()) {
            try (Admin admin = Admin.create(kafka)) {
                new TopicCreation(topics, config.partitions(), config.replicationFactor()).createMissing(admin);
            }
        }
        this.table = table;
        this.replay = new TopicReplay("serving-replay", kafka, Set.of(topics.modelReady(), topics.promotions()),
                new ServingRecords(topics, table, listener, tracing));
        this.kafkaMetrics = new KafkaClientMetrics(replay.consumer());
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "serving-clock"));
        kafkaMetrics.bindTo(registry);
    }

    void start(@Observes StartupEvent event) {
        replay.start();
        // What goes wrong in a tick is kept by the tick.
        ScheduledFuture<?> unused = ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            if (!table.isSettled() && replay.hasCaughtUp()) {
                table.settle();
                LOG.info("Models read taskCount={}", table.tasks().size());
            }
            table.admitLoaded();
            table.refuseOverdue();
        } catch (RuntimeException | Error e) {
            tickFailure = e;
            throw e;
        }
    }

    /** Offsets between here and what was there at the start. */
    long remainingCount() {
        return replay.remainingCount();
    }

    /** Why the table is not kept up to date any more. */
    Optional<Throwable> failure() {
        return replay.failure().or(() -> Optional.ofNullable(tickFailure));
    }

    void stop(@Observes ShutdownEvent event) {
        ticker.shutdownNow();
        kafkaMetrics.close();
        replay.close();
    }
}
