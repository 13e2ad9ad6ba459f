package io.graft.event;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.problem.Problem;

/**
 * Reads partitions from their beginning and goes on for ever, without a group: Kafka is the disk of whatever the handler keeps
 * in memory.
 * <p>
 * One thread polls and calls the handler, so the handler needs no lock of its own for writing. How far it has come is its
 * position after the handler has seen the records: a position and not the last record's offset, since transaction markers and
 * compaction leave gaps. A broker that does not answer is waited for; any other exception of the consumer and every exception
 * of the handler ends the replay and stays visible as {@link #failure()}.
 */
public final class TopicReplay implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicReplay.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration REFRESH = Duration.ofSeconds(10);
    private static final Duration ENDS_LIMIT = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    /** How late a client may learn that a topic has appeared or grown; Kafka's default is five minutes. */
    static final int METADATA_AGE_MS_MAX = 30_000;

    /** What is made of the records; called on the replay's thread alone. */
    public interface Handler {

        /** Takes the next record of its partition. */
        void apply(ConsumerRecord<byte[], byte[]> record);

        /** Forgets what came of a partition: it is not read any more, or will be read again from its beginning. */
        default void drop(TopicPartition partition) {
        }
    }

    private final Map<String, Object> config;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<String> wholeTopics;
    private final Handler handler;
    private final Thread thread;

    private final Object lock = new Object();
    private final Map<TopicPartition, Long> applied = new HashMap<>();
    private final Map<TopicPartition, Long> startEnds = new HashMap<>();
    private final Set<TopicPartition> droppedPartitions = new HashSet<>();
    private Set<TopicPartition> wantedPartitions = Set.of();
    private boolean topicsRead;
    private boolean closing;
    private @Nullable Throwable failure;

    private boolean topicsFound;
    private long refreshedAtNanos;

    /**
     * Prepares a replay; {@link #start()} begins it.
     *
     * @param name of the thread and the Kafka client
     * @param clientConfig connection settings; what a replay needs is set on top of them
     * @param wholeTopics topics of which every partition is read, new ones included
     * @param handler called in the order of each partition
     */
    public TopicReplay(String name, Map<String, Object> clientConfig, Set<String> wholeTopics,
            Handler handler) {
        this.config = ConsumerSettings.of(clientConfig);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000);
        config.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_AGE_MS_MAX);
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.wholeTopics = Set.copyOf(wholeTopics);
        this.handler = handler;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** The consumer, for binding its metrics; only the replay's thread may poll it. */
    public KafkaConsumer<byte[], byte[]> consumer() {
        return consumer;
    }

    /**
     * Reads these partitions too, from their beginning, instead of the ones named before. A partition that is named no more is
     * dropped, and read anew when it is named again.
     */
    public void readPartitions(Collection<TopicPartition> partitions) {
        synchronized (lock) {
            Set<TopicPartition> removed = new HashSet<>(wantedPartitions);
            removed.removeAll(partitions);
            droppedPartitions.addAll(removed);
            applied.keySet().removeAll(removed);
            startEnds.keySet().removeAll(removed);
            wantedPartitions = Set.copyOf(partitions);
        }
    }

    /** Whether everything that was there at the start has been handed over. */
    public boolean hasCaughtUp() {
        synchronized (lock) {
            return topicsRead && applied.keySet().containsAll(wantedPartitions) && reached(startEnds);
        }
    }

    /** How many offsets lie between here and what was there at the start. */
    public long remainingCount() {
        synchronized (lock) {
            return startEnds.entrySet().stream()
                    .mapToLong(end -> Math.max(0, end.getValue() - applied.getOrDefault(end.getKey(), 0L))).sum();
        }
    }

    /** Whether the handler has seen everything before these offsets. */
    public boolean hasApplied(Map<TopicPartition, Long> ends) {
        synchronized (lock) {
            return reached(ends);
        }
    }

    /** Positions: everything before them has been handed over. */
    public Map<TopicPartition, Long> appliedEnds() {
        synchronized (lock) {
            return Map.copyOf(applied);
        }
    }

    /**
     * Waits until the handler has seen everything before these offsets.
     *
     * @return whether that came true within the limit
     * @throws Problem BROKEN when the replay has ended
     */
    public boolean awaitApplied(Map<TopicPartition, Long> ends, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (lock) {
            while (!reached(ends)) {
                requireAlive();
                long leftNanos = deadline - System.nanoTime();
                if (leftNanos <= 0) {
                    return false;
                }
                lock.wait(leftNanos / 1_000_000 + 1);
            }
            return true;
        }
    }

    /** Why the replay has ended, if it has ended on its own. */
    public Optional<Throwable> failure() {
        synchronized (lock) {
            return Optional.ofNullable(failure);
        }
    }

    private void requireAlive() {
        if (failure != null) {
            throw Problem.broken("REPLAY_ENDED", "replay '" + thread.getName() + "' has ended: " + failure.getMessage(),
                    failure);
        }
        if (closing) {
            throw Problem.broken("REPLAY_ENDED", "replay '" + thread.getName() + "' is closed");
        }
    }

    private boolean reached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> applied.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    private void run() {
        try (consumer) {
            while (!isClosing()) {
                forgetDropped();
                poll().forEach(handler::apply);
                publishPositions();
            }
        } catch (Throwable e) {
            synchronized (lock) {
                if (closing) {
                    LOG.debug("Replay closed replay={}", thread.getName(), e);
                } else {
                    failure = MissingRight.explain(e, config, AclOperation.READ);
                    LOG.error("Replay ended replay={}", thread.getName(), failure);
                    lock.notifyAll();
                }
            }
        }
    }

    private boolean isClosing() {
        synchronized (lock) {
            return closing;
        }
    }

    private void forgetDropped() {
        Set<TopicPartition> dropped;
        synchronized (lock) {
            dropped = Set.copyOf(droppedPartitions);
            droppedPartitions.clear();
        }
        if (!dropped.isEmpty()) {
            Set<TopicPartition> kept = new HashSet<>(consumer.assignment());
            kept.removeAll(dropped);
            consumer.assign(kept);
            dropped.forEach(handler::drop);
        }
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        try {
            assign();
            if (!consumer.assignment().isEmpty()) {
                return consumer.poll(POLL);
            }
        } catch (RetriableException e) {
            LOG.warn("Replay waits for the broker replay={} reason={}", thread.getName(), e.getMessage());
        }
        LockSupport.parkNanos(POLL.toNanos());
        return ConsumerRecords.empty();
    }

    /** Adds what is to be read and is not yet; what is to be read no more has been taken away before. */
    private void assign() {
        Set<TopicPartition> added = new HashSet<>();
        long now = System.nanoTime();
        boolean refresh = !topicsFound || now - refreshedAtNanos > REFRESH.toNanos();
        Map<String, List<TopicPartition>> known = refresh ? partitionsOfWholeTopics() : Map.of();
        known.values().forEach(added::addAll);
        synchronized (lock) {
            added.addAll(wantedPartitions);
        }
        Set<TopicPartition> assigned = new HashSet<>(consumer.assignment());
        added.removeAll(assigned);
        if (!added.isEmpty()) {
            read(assigned, added);
        }
        if (refresh) {
            topicsFound = known.values().stream().noneMatch(List::isEmpty);
            refreshedAtNanos = now;
        }
    }

    private void read(Set<TopicPartition> assigned, Set<TopicPartition> added) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(added, ENDS_LIMIT);
        assigned.addAll(added);
        consumer.assign(assigned);
        consumer.seekToBeginning(added);
        synchronized (lock) {
            ends.forEach((partition, end) -> {
                if (isWanted(partition)) {
                    startEnds.put(partition, end);
                }
            });
        }
    }

    private boolean isWanted(TopicPartition partition) {
        return wholeTopics.contains(partition.topic())
                || (wantedPartitions.contains(partition) && !droppedPartitions.contains(partition));
    }

    /** By topic; empty for one that is not there yet. */
    private Map<String, List<TopicPartition>> partitionsOfWholeTopics() {
        Map<String, List<TopicPartition>> partitions = new HashMap<>();
        for (String topic : wholeTopics) {
            List<PartitionInfo> known = consumer.partitionsFor(topic);
            partitions.put(topic, known == null ? List.of()
                    : known.stream().map(each -> new TopicPartition(each.topic(), each.partition())).toList());
        }
        return partitions;
    }

    private void publishPositions() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        try {
            for (TopicPartition partition : consumer.assignment()) {
                positions.put(partition, consumer.position(partition));
            }
        } catch (RetriableException e) {
            LOG.warn("Replay waits for the broker replay={} reason={}", thread.getName(), e.getMessage());
            return;
        }
        synchronized (lock) {
            positions.keySet().removeIf(partition -> !isWanted(partition));
            applied.putAll(positions);
            topicsRead |= topicsFound;
            lock.notifyAll();
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closing = true;
            lock.notifyAll();
        }
        if (thread.getState() == Thread.State.NEW) {
            consumer.close();
            return;
        }
        consumer.wakeup();
        try {
            thread.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
