package io.graft.trainer.memory;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.graft.event.TopicReplay;
import io.graft.feature.FeatureCodec;
import io.graft.feature.FeatureKey;
import io.graft.sample.SampleKey;
import io.graft.trainer.setup.EventProducer;
import io.graft.trainer.table.FeatureTable;
import io.graft.trainer.table.Replacement;
import io.graft.trainer.table.Winner;

/**
 * Makes the log agree with the memory: where an older record of a sample came last, compaction would keep that one, so what
 * counts is written again behind it, with its own timestamp; and further features that serve nobody any more are removed.
 * <p>
 * Only by a replica that has read its partitions to their ends: before, what counts may still be to come.
 */
final class WinnerRewrite implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(WinnerRewrite.class);
    private static final long LOOK_AGAIN_MS = 500;
    private static final long LOOK_FOR_OLD_MS_MIN = 1_000;
    private static final long LOOK_FOR_OLD_MS_MAX = 60_000;
    private static final Duration SEND_AGAIN = Duration.ofMinutes(3);

    private final String topic;
    private final FeatureTable features;
    private final OldFeatures old;
    private final TopicReplay replay;
    private final EventProducer events;
    private final FeatureMetrics metrics;
    private final PendingRecords<SampleKey> rewritten = new PendingRecords<>(SEND_AGAIN);
    private final PendingRecords<FeatureKey> removed = new PendingRecords<>(SEND_AGAIN);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(WinnerRewrite::thread);

    /** @param topic {@code sample-features} behind its prefix */
    WinnerRewrite(String topic, FeatureTable features, OldFeatures old, TopicReplay replay, EventProducer events,
            FeatureMetrics metrics) {
        this.topic = topic;
        this.features = features;
        this.old = old;
        this.replay = replay;
        this.events = events;
        this.metrics = metrics;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "winner-rewrite");
        thread.setDaemon(true);
        return thread;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it runs until it is closed, and logs what goes wrong itself
    void start() {
        long lookForOldMs = Math.max(LOOK_FOR_OLD_MS_MIN, Math.min(LOOK_FOR_OLD_MS_MAX, old.kept().toMillis()));
        clock.scheduleWithFixedDelay(this::replace, lookForOldMs, lookForOldMs, TimeUnit.MILLISECONDS);
        clock.scheduleWithFixedDelay(this::rewrite, LOOK_AGAIN_MS, LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
    }

    private void rewrite() {
        try {
            if (replay.hasCaughtUp()) {
                rewrite(features.outdatedInLog());
                remove(features.unneeded());
            }
        } catch (RuntimeException e) {
            LOG.warn("Features are not written again", e);
        }
    }

    /** Features of backbones that their tasks have left. */
    private void replace() {
        try {
            if (replay.hasCaughtUp()) {
                for (Replacement replacement : old.due()) {
                    replacement.written().forEach(this::rewrite);
                    replacement.removed().forEach(key -> remove(replacement.partition(), key));
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("Old features are not removed", e);
        }
    }

    private void remove(int partition, FeatureKey key) {
        events.send(new ProducerRecord<>(topic, partition, key.toBytes(), null));
        metrics.rewritten();
    }

    private void rewrite(List<Winner> winners) {
        rewritten.retain(winners.stream().map(Winner::key).collect(Collectors.toSet()));
        winners.stream().filter(winner -> rewritten.send(winner.key())).forEach(this::rewrite);
    }

    /** Further features of samples that are gone or have another content. */
    private void remove(Map<Integer, List<FeatureKey>> unneeded) {
        removed.retain(unneeded.values().stream().flatMap(List::stream).collect(Collectors.toSet()));
        unneeded.forEach(
                (partition, keys) -> keys.stream().filter(removed::send).forEach(key -> remove(partition, key)));
    }

    private void rewrite(Winner winner) {
        byte @Nullable [] value = winner.feature().map(FeatureCodec::encode).orElse(null);
        events.send(new ProducerRecord<>(topic, winner.partition(), Math.max(0, winner.timestampMs()), winner.key().toBytes(),
                value));
        metrics.rewritten();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
