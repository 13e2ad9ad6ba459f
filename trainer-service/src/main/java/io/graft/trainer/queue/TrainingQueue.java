package io.graft.trainer.queue;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.graft.event.ConsumerSettings;
import io.graft.event.GroupMembership;
import io.graft.event.GroupOffsets;
import io.graft.event.MissingRight;
import io.graft.event.Topics;
import io.graft.event.Transactions;
import io.graft.problem.Problem;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.setup.ReplicaConfig;
import io.smallrye.common.annotation.Identifier;

/**
 * The arrow from {@code training-queue} to {@code model-ready}: owns partitions, and with each the features of its tasks.
 * <p>
 * The requests of a task run one after the other, those of different tasks side by side. A run's result and its request's
 * offset are one transaction, so that a request whose run dies with the process is run again and one that has a version is not.
 */
@Singleton
public class TrainingQueue {

    private static final Logger LOG = Logger.getLogger(TrainingQueue.class);
    private static final String GROUP = "graft-trainer";
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    private final Topics topics;
    private final TrainerMemory memory;
    private final RunExecution execution;
    private final ExecutorService runs;
    private final Transactions transactions;
    private final Map<String, Object> consumerConfig;
    private final Thread thread;
    private final Map<TopicPartition, Lane> lanes = new HashMap<>();

    private volatile boolean owning;
    private volatile boolean closing;
    private volatile @Nullable Throwable failure;

    @Inject
    TrainingQueue(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, ReplicaConfig replica,
            TrainingConfig config, TrainerMemory memory, RunExecution execution) {
        this.topics = topics;
        this.memory = memory;
        this.execution = execution;
        String group = topics.prefix() + GROUP;
        String name = group + "-" + replica.name();
        this.transactions = new Transactions(kafka, name);
        this.consumerConfig = ConsumerSettings.of(kafka);
        consumerConfig.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        consumerConfig.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
        consumerConfig.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name);
        consumerConfig.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 100);
        consumerConfig.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        this.runs = Executors.newFixedThreadPool(
                config.parallelRuns().orElse(Runtime.getRuntime().availableProcessors()), TrainingQueue::trainingThread);
        this.thread = new Thread(this::run, GROUP);
        this.thread.setDaemon(true);
    }

    private static Thread trainingThread(Runnable task) {
        Thread thread = new Thread(task, "training");
        thread.setDaemon(true);
        return thread;
    }

    public void start() {
        thread.start();
    }

    /** Why no request is worked off any more, if that ended on its own. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether partitions have been handed out: from then on the memory says whether their features are there. */
    public boolean isOwning() {
        return owning;
    }

    private void run() {
        try (transactions; GroupMembership membership = new GroupMembership(consumerConfig, () -> closing)) {
            KafkaConsumer<byte[], byte[]> consumer = membership.consumer();
            consumer.subscribe(List.of(topics.trainingQueue()), new Ownership(consumer));
            while (!closing) {
                step(consumer);
            }
        } catch (InterruptException e) {
            LOG.debug("Training queue closed");
        } catch (Throwable e) {
            if (closing) {
                LOG.debug("Training queue closed", e);
            } else {
                Throwable why = MissingRight.explain(e, consumerConfig, AclOperation.READ);
                failure = why;
                LOG.error("Training queue ended", why);
            }
        }
    }

    private void step(KafkaConsumer<byte[], byte[]> consumer) {
        try {
            transactions.open();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Lane lane = lanes.get(new TopicPartition(record.topic(), record.partition()));
                if (lane != null) {
                    lane.add(record);
                }
            }
            for (Map.Entry<TopicPartition, Lane> lane : lanes.entrySet()) {
                if (!closing) {
                    advance(consumer, lane.getKey(), lane.getValue());
                }
            }
        } catch (InterruptException | AuthorizationException | FencedInstanceIdException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warnf("Training queue goes back reason=%s", e.getMessage());
            goBack(consumer);
        }
    }

    private void advance(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, Lane lane) {
        for (Lane.Entry entry : lane.finished()) {
            Optional<RunResult> result = result(entry.run());
            if (result.isEmpty()) {
                entry.reset();
            } else if (!closing) {
                OffsetAndMetadata offset = lane.end(entry, consumer.position(partition));
                commit(result.get(), Map.of(partition, offset), consumer.groupMetadata());
                lane.written();
            }
        }
        for (Lane.Entry entry : lane.startable()) {
            entry.begin(runs.submit(() -> execution.run(entry.record())));
        }
        if (lane.isFull()) {
            consumer.pause(List.of(partition));
        } else {
            consumer.resume(List.of(partition));
        }
    }

    /** A model that is too large for its topic fails its run, and stops nothing else. */
    private void commit(RunResult result, Map<TopicPartition, OffsetAndMetadata> offset, ConsumerGroupMetadata group) {
        RunResult written = result;
        try {
            transactions.commit(result.records(), offset, group);
        } catch (Problem e) {
            if (!e.code().equals(Transactions.RECORD_TOO_LARGE)) {
                throw e;
            }
            written = result.refused().apply(e);
            transactions.open();
            transactions.commit(written.records(), offset, group);
        }
        written.committed().run();
    }

    /** Empty when the run could not finish, for a reason that may pass. */
    private static Optional<RunResult> result(Future<RunResult> run) {
        try {
            return Optional.of(run.get());
        } catch (ExecutionException | CancellationException e) {
            if (e.getCause() instanceof Problem problem) {
                LOG.warnf("Training run begins again code=%s reason=%s", problem.code(), problem.sentence());
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
                return Optional.empty();
            }
            throw new IllegalStateException("a run ended with neither model nor problem", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException("interrupted while training");
        }
    }

    /** Settles the open transaction, then reads again from what the group has committed; what runs goes on meanwhile. */
    private void goBack(KafkaConsumer<byte[], byte[]> consumer) {
        while (!closing) {
            LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            try {
                transactions.open();
                openLanes(consumer.assignment(), GroupOffsets.seek(consumer, consumer.assignment()));
                return;
            } catch (InterruptException | AuthorizationException | FencedInstanceIdException e) {
                throw e;
            } catch (KafkaException e) {
                LOG.warnf("Training queue waits for the broker reason=%s", e.getMessage());
            }
        }
    }

    private void openLanes(Collection<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
        for (TopicPartition partition : partitions) {
            lanes.put(partition, Lane.again(Optional.ofNullable(committed.get(partition)),
                    lanes.getOrDefault(partition, new Lane())));
        }
        own();
    }

    /** Takes over the features of the partitions that are handed out, and lets go of those that are taken away. */
    private final class Ownership implements ConsumerRebalanceListener {

        private final KafkaConsumer<byte[], byte[]> consumer;

        Ownership(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            openLanes(partitions, consumer.committed(Set.copyOf(partitions)));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            for (TopicPartition partition : partitions) {
                Lane lane = lanes.remove(partition);
                if (lane != null) {
                    lane.abandon();
                }
            }
            own();
        }
    }

    private void own() {
        memory.own(lanes.keySet().stream().map(TopicPartition::partition).toList());
        owning = true;
        LOG.infof("Partitions owned topic=%s count=%d", topics.sampleFeatures(), lanes.size());
    }

    /** Gives up the runs under way and leaves the group, so that the next owner runs them again; does not wait for it. */
    public void leave() {
        closing = true;
        runs.shutdownNow();
    }

    /** Leaves, and waits until the loop and the runs have ended. */
    public void close() {
        leave();
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        try {
            thread.join(CLOSE_LIMIT.toMillis());
            // A run that is in native code when the JVM ends would crash it.
            if (!runs.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A training run did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
