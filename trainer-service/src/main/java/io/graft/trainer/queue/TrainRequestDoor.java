package io.graft.trainer.queue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

import io.graft.event.DeadLetter;
import io.graft.event.Envelope;
import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.event.TransactionalLoop;
import io.graft.event.Transactions;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.TrainRequest;
import io.graft.model.TrainingState;
import io.graft.problem.Problem;
import io.graft.trace.RecordTrace;
import io.graft.trace.Step;
import io.graft.trace.Tracing;
import io.graft.trainer.embedding.FeatureRecords;
import io.graft.trainer.setup.ReplicaConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Identifier;

/**
 * The arrow from {@code train-requests} to {@code training-queue}: requests come in on any partition, are found valid and go
 * on, each on the partition of its task and with how far the samples reached at that moment.
 */
@Singleton
public class TrainRequestDoor {

    private static final Logger LOG = Logger.getLogger(TrainRequestDoor.class);
    private static final String GROUP = "graft-train-requests";
    private static final int BATCH_SIZE = 500;

    private final Topics topics;
    private final Offsets offsets;
    private final Clock clock;
    private final MeterRegistry registry;
    private final Tracing tracing;
    private final TransactionalLoop loop;

    @Inject
    TrainRequestDoor(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, Admin admin,
            ReplicaConfig replica, Clock clock, MeterRegistry registry, Tracing tracing) {
        this.topics = topics;
        this.offsets = new Offsets(admin);
        this.clock = clock;
        this.registry = registry;
        this.tracing = tracing;
        this.loop = new TransactionalLoop(kafka, topics.trainRequests(), topics.prefix() + GROUP, replica.name(), BATCH_SIZE,
                this::queue);
    }

    public void start() {
        loop.start();
    }

    /** Why no request is read any more, if that ended on its own. */
    public Optional<Throwable> failure() {
        return loop.failure();
    }

    private TransactionalLoop.Result queue(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions) {
        Map<Integer, Long> samplesUntil = new HashMap<>();
        if (!batch.isEmpty()) {
            offsets.ends(List.of(topics.labelledSamples()))
                    .forEach((partition, end) -> samplesUntil.put(partition.partition(), end));
        }
        int partitionCount = transactions.partitionCount(topics.trainingQueue());
        List<ProducerRecord<byte[], byte[]>> written = new ArrayList<>();
        int rejectedCount = 0;
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            Step step = tracing.process(record);
            try {
                QueuedRequest request = read(record, samplesUntil);
                step.set("graft.task", request.task().value()).set("graft.training.run.id", request.trainingRunId().value());
                written.addAll(queue(request, partitionCount));
            } catch (Problem e) {
                LOG.warnf("Train request rejected code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(),
                        record.topic(), record.partition(), record.offset());
                step.fail(e.code());
                written.add(DeadLetter.of(record, e));
                rejectedCount++;
            } finally {
                step.close();
            }
        }
        int rejected = rejectedCount;
        return new TransactionalLoop.Result(written, () -> {
            registry.counter("graft.train.requests", "outcome", "rejected").increment(rejected);
            registry.counter("graft.train.requests", "outcome", "queued").increment(batch.size() - rejected);
        });
    }

    private static QueuedRequest read(ConsumerRecord<byte[], byte[]> record, Map<Integer, Long> samplesUntil) {
        if (record.key() == null) {
            throw Problem.invalid("TRAIN_REQUEST_KEY_MISSING", "train request has no key (expected: the task)");
        }
        TaskId task = new TaskId(Topics.keyText(record.key()));
        Envelope envelope = Envelope.open(record);
        if (envelope.isTombstone()) {
            throw Problem.invalid("TRAIN_REQUEST_INVALID", "train request is empty (expected: JSON, {} takes every default)");
        }
        TrainRequest request = TrainRequest.parse(envelope.body());
        TrainingRunId run = runId(record);
        return new QueuedRequest(task, run, request.trainRequestId().orElse(new TrainRequestId(run.value())),
                Instant.ofEpochMilli(record.timestamp()), request, samplesUntil);
    }

    /** Where and when the request was written names its run, so that reading it twice gives the same run. */
    private static TrainingRunId runId(ConsumerRecord<byte[], byte[]> record) {
        byte[] topic = record.topic().getBytes(StandardCharsets.UTF_8);
        byte[] name = ByteBuffer.allocate(topic.length + 4 + 8 + 8).put(topic).putInt(record.partition())
                .putLong(record.offset()).putLong(record.timestamp()).array();
        return new TrainingRunId(UUID.nameUUIDFromBytes(name).toString());
    }

    private List<ProducerRecord<byte[], byte[]>> queue(QueuedRequest request, int partitionCount) {
        byte[] key = request.task().value().getBytes(StandardCharsets.UTF_8);
        List<ProducerRecord<byte[], byte[]>> records = List.of(
                new ProducerRecord<>(topics.trainingQueue(), FeatureRecords.partition(request.task(), partitionCount), key,
                        Json.write(request)),
                new ProducerRecord<>(topics.trainingProgress(), key,
                        Json.write(request.progress(TrainingState.QUEUED, clock.instant()))));
        records.forEach(RecordTrace::write);
        return records;
    }

    /** Commits what it has read and leaves the group; does not wait for it. */
    public void leave() {
        loop.leave();
    }

    public void close() {
        loop.close();
    }
}
