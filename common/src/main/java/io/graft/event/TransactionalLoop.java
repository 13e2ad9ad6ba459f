package io.graft.event;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.problem.Problem;

/**
 * Consume, process, produce: each batch of a topic is turned into records of other topics, and those and the group's offsets
 * are one transaction, so that a crash at any point loses nothing and doubles nothing.
 * <p>
 * Commits positions, not the last record's offset plus one: they go past transaction markers and compacted records, so that a
 * group that has read everything is seen to have read everything.
 * <p>
 * While the handler has one batch in hand, the loop reads the next: fetching and committing cost the handler no time. Batches
 * are handled and committed one after the other, and a partition is given away only once what was read of it is committed. The
 * loop polls meanwhile, so that a batch may take longer than the group waits for a poll.
 * <p>
 * A batch whose handler throws a {@link Problem} or a {@link KafkaException} is given to it again, until it succeeds; each time
 * the handler is told so ({@link Handler#wentBack}). Any other exception, a record that its topic does not take and that
 * nothing is written instead of, and another loop of the same instance end the loop; {@link #failure()} says which.
 */
public final class TransactionalLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalLoop.class);
    private static final String FENCED = "FENCED";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration POLL_WHILE_HANDLING = Duration.ofMillis(20);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);
    private static final Duration INTERRUPTED_LIMIT = Duration.ofSeconds(5);

    /** Turns a batch into what is to be written. */
    public interface Handler {

        /**
         * Works on a batch; called on one thread.
         *
         * @param batch one record or more, in the order of each partition
         * @param transactions for asking about topics
         * @return the batch's result; its records are written with the batch's offsets
         */
        Result process(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions);

        /**
         * A batch goes back, and whatever was read behind it: all of it is given again. Called on the loop's thread.
         *
         * @param reason a {@link Problem} or a {@link KafkaException}
         */
        default void wentBack(RuntimeException reason) {
        }
    }

    /**
     * What came of a batch.
     *
     * @param records to write
     * @param committed called once they are written for good, to count what happened
     * @param instead what is written in the place of one that its topic does not take; absent: the loop ends
     */
    public record Result(List<ProducerRecord<byte[], byte[]>> records, Runnable committed,
            Function<ProducerRecord<byte[], byte[]>, Optional<ProducerRecord<byte[], byte[]>>> instead) {

        /** Of records that their topics take. */
        public Result(List<ProducerRecord<byte[], byte[]>> records, Runnable committed) {
            this(records, committed, refused -> Optional.empty());
        }
    }

    private final String topic;
    private final Map<String, Object> consumerConfig;
    private final Transactions transactions;
    private final Handler handler;
    private final Thread thread;
    private final BatchHandling handling;
    private final Map<TopicPartition, Long> handed = new HashMap<>();
    /** The oldest first: one that is handled, and the next while that is not committed. */
    private final Deque<BatchInHand> inHand = new ArrayDeque<>();
    private boolean readingNothing;

    private volatile boolean closing;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

    /** A batch that the handler works on, and where the group stands after it. */
    private record BatchInHand(Future<Result> result, Map<TopicPartition, OffsetAndMetadata> progress) {
    }

    /**
     * Prepares a loop; {@link #start()} begins it.
     *
     * @param group consumer group, shared by all replicas
     * @param instance name of this replica, different from all others' and the same after a restart
     * @param batchSize records in a batch, at most
     */
    public TransactionalLoop(Map<String, Object> clientConfig, String topic, String group, String instance, int batchSize,
            Handler handler) {
        this.topic = topic;
        this.transactions = new Transactions(clientConfig, group + "-" + instance);
        this.consumerConfig = ConsumerSettings.of(clientConfig);
        consumerConfig.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        consumerConfig.put(ConsumerConfig.CLIENT_ID_CONFIG, group + "-" + instance);
        consumerConfig.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, group + "-" + instance);
        consumerConfig.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, batchSize);
        consumerConfig.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        consumerConfig.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 * 1024 * 1024);
        consumerConfig.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, TopicReplay.METADATA_AGE_MS_MAX);
        this.handler = handler;
        this.handling = new BatchHandling(handler, transactions, group + "-handler");
        this.thread = new Thread(this::run, group);
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Why the loop has ended, if it has ended on its own. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() {
        try (transactions; GroupMembership membership = new GroupMembership(consumerConfig, () -> closing)) {
            KafkaConsumer<byte[], byte[]> opened = membership.consumer();
            consumer = opened;
            opened.subscribe(List.of(topic), new Handover(opened));
            while (!closing) {
                step(opened);
            }
            commitAll(opened);
        } catch (Throwable e) {
            if (closing) {
                LOG.debug("Loop closed group={}", thread.getName(), e);
            } else {
                failure = e;
                LOG.error("Loop ended group={}", thread.getName(), e);
            }
        } finally {
            handling.close();
        }
    }

    private void step(KafkaConsumer<byte[], byte[]> open) {
        try {
            transactions.open();
            ConsumerRecords<byte[], byte[]> polled = poll(open);
            Map<TopicPartition, OffsetAndMetadata> progress = progress(open);
            if (!progress.isEmpty()) {
                inHand.add(new BatchInHand(handling.begin(polled), progress));
            }
            commitAllBut(open, progress.isEmpty() ? 0 : 1);
        } catch (KafkaException e) {
            if (closing && e instanceof WakeupException) {
                return;
            }
            requireWorthAnotherTry(e);
            LOG.warn("Batch goes back group={} reason={}", thread.getName(), e.getMessage());
            goBack(open, e);
        } catch (Problem e) {
            if (e.code().equals(Transactions.RECORD_TOO_LARGE)) {
                throw e;
            }
            LOG.warn("Batch goes back group={} code={} reason={}", thread.getName(), e.code(), e.getMessage());
            goBack(open, e);
        }
    }

    /** What is there to read; while a batch is in hand, only until that is done. */
    private ConsumerRecords<byte[], byte[]> poll(KafkaConsumer<byte[], byte[]> open) {
        if (inHand.isEmpty()) {
            return open.poll(POLL);
        }
        ConsumerRecords<byte[], byte[]> polled = open.poll(POLL_WHILE_HANDLING);
        while (polled.isEmpty() && !inHand.isEmpty() && !inHand.element().result.isDone()) {
            polled = open.poll(POLL_WHILE_HANDLING);
        }
        return polled;
    }

    /** Commits batches as soon as they are handled, and stays in the group until then. */
    private void commitAllBut(KafkaConsumer<byte[], byte[]> open, int keptCount) {
        while (inHand.size() > keptCount) {
            if (BatchHandling.isDoneWithin(inHand.element().result, POLL)) {
                commitFirst(open);
            } else {
                pollNothing(open);
            }
        }
    }

    /** Tells the group that this member lives. Partitions may be taken away meanwhile, and then nothing is in hand any more. */
    private void pollNothing(KafkaConsumer<byte[], byte[]> open) {
        readingNothing = true;
        open.pause(open.assignment());
        try {
            open.poll(POLL_WHILE_HANDLING);
        } finally {
            readingNothing = false;
            open.resume(open.paused());
        }
    }

    private void commitAll(KafkaConsumer<byte[], byte[]> open) {
        while (!inHand.isEmpty()) {
            commitFirst(open);
        }
    }

    private void commitFirst(KafkaConsumer<byte[], byte[]> open) {
        BatchInHand batch = inHand.remove();
        Result result = BatchHandling.await(batch.result);
        transactions.commit(result.records(), batch.progress, open.groupMetadata(), result.instead());
        result.committed().run();
    }

    /** Commits what was read of partitions before another member reads on there. */
    private final class Handover implements ConsumerRebalanceListener {

        private final KafkaConsumer<byte[], byte[]> open;

        Handover(KafkaConsumer<byte[], byte[]> open) {
            this.open = open;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            LOG.debug("Partitions assigned group={} partitions={}", thread.getName(), partitions);
            if (readingNothing) {
                open.pause(partitions);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (!closing) {
                commitAll(open);
            }
        }

        /** Somebody else has them already and begins at what is committed. */
        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            inHand.clear();
            handed.clear();
        }
    }

    /** Throws what time does not heal. The broker's answer may be wrapped, since a producer repeats it at every later call. */
    private void requireWorthAnotherTry(KafkaException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof FencedInstanceIdException) {
                throw Problem.broken(FENCED,
                        "instance '" + consumerConfig.get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG)
                                + "' was taken by another process (expected: one process for each graft.replica.name)",
                        e);
            }
            if (cause instanceof WakeupException || cause instanceof InterruptException) {
                throw e;
            }
            if (cause instanceof AuthorizationException) {
                throw MissingRight.explain(e, consumerConfig, AclOperation.READ);
            }
        }
    }

    /**
     * How far the partitions have been read since the last batch. A position may move without a record: past a transaction
     * marker, or what compaction has removed.
     */
    private Map<TopicPartition, OffsetAndMetadata> progress(KafkaConsumer<byte[], byte[]> open) {
        Map<TopicPartition, OffsetAndMetadata> progress = new HashMap<>();
        handed.keySet().retainAll(open.assignment());
        for (TopicPartition partition : open.assignment()) {
            long position = open.position(partition);
            if (!Long.valueOf(position).equals(handed.put(partition, position))) {
                progress.put(partition, new OffsetAndMetadata(position));
            }
        }
        return progress;
    }

    /** Settles the open transaction, then reads again from what the group has committed. */
    private void goBack(KafkaConsumer<byte[], byte[]> open, RuntimeException reason) {
        handler.wentBack(reason);
        inHand.clear();
        handed.clear();
        while (!closing) {
            LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            try {
                transactions.open();
                GroupOffsets.seek(open, open.assignment());
                return;
            } catch (KafkaException e) {
                requireWorthAnotherTry(e);
                LOG.warn("Loop waits for the broker group={} reason={}", thread.getName(), e.getMessage());
            }
        }
    }

    /** Asks the loop to end with the batches that it has, and to leave the group then; does not wait for it. */
    public void leave() {
        closing = true;
        KafkaConsumer<byte[], byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
    }

    /** Leaves, and waits until the loop has ended; by force where that takes too long: others do the batch again then. */
    @Override
    public void close() {
        leave();
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        try {
            thread.join(CLOSE_LIMIT.toMillis());
            // A producer without a broker cannot be woken up, only interrupted; what it has open the next start settles.
            thread.interrupt();
            thread.join(INTERRUPTED_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
