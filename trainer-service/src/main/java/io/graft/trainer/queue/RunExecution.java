package io.graft.trainer.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.model.EpochResult;
import io.graft.model.ModelReady;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.trainer.embedding.SampleEmbedding;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.setup.EventProducer;

/**
 * One run from its request to what is to be written: waits for the samples before it, trains, evaluates, asks the gate.
 * <p>
 * A run ends with a model or with a code and a sentence. Only trouble with the broker ends it with neither: then it is run
 * again.
 */
@Singleton
class RunExecution {

    private static final Logger LOG = Logger.getLogger(RunExecution.class);
    private static final long LOOK_AGAIN_MS = 50;

    private final Topics topics;
    private final Offsets offsets;
    private final TrainerMemory memory;
    private final ModelMaker maker;
    private final EventProducer events;
    private final TrainingConfig config;
    private final TrainingMetrics metrics;
    private final Clock clock;

    @Inject
    RunExecution(Topics topics, Admin admin, TrainerMemory memory, ModelMaker maker, EventProducer events,
            TrainingConfig config, TrainingMetrics metrics, Clock clock) {
        this.topics = topics;
        this.offsets = new Offsets(admin);
        this.memory = memory;
        this.maker = maker;
        this.events = events;
        this.config = config;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Runs.
     *
     * @param record of {@code training-queue}
     * @throws Problem BUSY when the broker could not be asked
     * @throws InterruptedException when the run is given up
     */
    RunResult run(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
        QueuedRequest request;
        try {
            request = QueuedRequest.parse(record.value());
        } catch (Problem e) {
            LOG.errorf("Queued request skipped code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(),
                    record.topic(), record.partition(), record.offset());
            return new RunResult(List.of(), () -> {
            });
        }
        long begunAtNanos = System.nanoTime();
        try {
            awaitSamples(request);
            Map<TopicPartition, Long> ends = awaitMemory(record.partition());
            Optional<ModelReady> known = memory.models().findByRequest(request.task(), request.trainRequestId());
            RunResult result = known.isPresent() ? duplicate(request, known.get()) : train(request, ends, begunAtNanos);
            events.flush();
            return result;
        } catch (Problem e) {
            if (e.type() == ProblemType.BUSY) {
                throw e;
            }
            return failed(request, e, begunAtNanos);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("Training run broke trainingRunId=" + request.trainingRunId(), e);
            return failed(request, Problem.broken("TRAINING_BROKEN", "training broke: " + e, e), begunAtNanos);
        }
    }

    /** The group's committed offsets pass those of the request: every sample before it is a feature, or a dead letter. */
    private void awaitSamples(QueuedRequest request) throws InterruptedException {
        long deadline = System.nanoTime() + config.waitLimit().toNanos();
        boolean said = false;
        String group = SampleEmbedding.group(topics);
        long remaining = offsets.remainingCount(group, topics.labelledSamples(), request.samplesUntil());
        while (remaining > 0) {
            if (!said) {
                send(request.progress(TrainingState.WAITING_FOR_SAMPLES, clock.instant()));
                said = true;
            }
            if (System.nanoTime() > deadline) {
                throw Problem.broken("TRAINING_SAMPLES_LATE", "task '" + request.task() + "' waited " + config.waitLimit()
                        + " for " + remaining + " samples to be embedded (expected: an embedder that keeps up)");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
            remaining = offsets.remainingCount(group, topics.labelledSamples(), request.samplesUntil());
        }
    }

    /**
     * The memory has read what those samples became, and what earlier runs made.
     *
     * @return the end of the features
     */
    private Map<TopicPartition, Long> awaitMemory(int partition) throws InterruptedException {
        Map<TopicPartition, Long> features = offsets.end(new TopicPartition(topics.sampleFeatures(), partition));
        Map<TopicPartition, Long> ends = new HashMap<>(offsets.ends(List.of(topics.modelReady(), topics.promotions())));
        ends.putAll(features);
        if (!memory.replay().awaitApplied(ends, config.waitLimit())) {
            throw Problem.broken("TRAINING_MEMORY_LATE", "the features did not reach memory within " + config.waitLimit());
        }
        return features;
    }

    private RunResult duplicate(QueuedRequest request, ModelReady known) {
        LOG.infof("Train request has its version already task=%s trainRequestId=%s version=%s", request.task(),
                request.trainRequestId(), known.version());
        TrainingProgress progress = request.progress(TrainingState.RUNNING, clock.instant()).toSucceeded(known.version(),
                clock.instant());
        return new RunResult(List.of(record(progress)), metrics::duplicate);
    }

    private RunResult train(QueuedRequest request, Map<TopicPartition, Long> ends, long begunAtNanos) {
        Instant now = clock.instant();
        TrainingProgress running = request.progress(TrainingState.RUNNING, now);
        send(running);
        ModelMaker.Made made = maker.make(request, ends, epoch -> epoch(request, running, epoch));
        ModelReady model = made.model();
        Duration took = Duration.ofNanos(System.nanoTime() - begunAtNanos);
        LOG.infof("Training run succeeded task=%s trainingRunId=%s version=%s accuracy=%s sampleCount=%d promoted=%s reason=%s",
                model.task(), model.trainingRunId(), model.version(), model.evaluation().accuracy(),
                model.dataset().sampleCount(), made.verdict().promoted(), made.verdict().reason());
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        records.add(new ProducerRecord<>(topics.modelReady(), Topics.keyBytes(model.key().toString()), Json.write(model)));
        made.promotion().ifPresent(promotion -> records.add(new ProducerRecord<>(topics.promotions(),
                Topics.keyBytes(model.task().value()), Json.write(promotion))));
        records.add(record(running.toSucceeded(model.version(), clock.instant())));
        return new RunResult(records, () -> {
            metrics.ended(model.task(), "succeeded", took);
            metrics.judged(model.task(), made.verdict());
            metrics.accuracy(model.task(), model.version(), model.evaluation().accuracy());
        }, problem -> failed(request, problem, begunAtNanos));
    }

    private void epoch(QueuedRequest request, TrainingProgress running, EpochResult epoch) {
        if (Thread.currentThread().isInterrupted()) {
            throw Problem.busy("TRAINING_GIVEN_UP", "training run " + request.trainingRunId() + " was given up");
        }
        metrics.epoch(request.task(), epoch.epoch());
        send(running.afterEpoch(epoch, request.request().recipe().epochs(), clock.instant()));
    }

    private RunResult failed(QueuedRequest request, Problem problem, long begunAtNanos) {
        LOG.warnf("Training run failed task=%s trainingRunId=%s code=%s reason=%s", request.task(), request.trainingRunId(),
                problem.code(), problem.sentence());
        Instant now = clock.instant();
        Duration took = Duration.ofNanos(System.nanoTime() - begunAtNanos);
        events.flush();
        return new RunResult(List.of(record(request.progress(TrainingState.RUNNING, now).toFailed(problem, now))),
                () -> metrics.ended(request.task(), "failed", took));
    }

    private void send(TrainingProgress progress) {
        events.send(record(progress));
    }

    private ProducerRecord<byte[], byte[]> record(TrainingProgress progress) {
        return new ProducerRecord<>(topics.trainingProgress(), Topics.keyBytes(progress.task().value()), Json.write(progress));
    }
}
