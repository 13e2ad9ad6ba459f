package io.graft.trainer.queue;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.model.EpochResult;
import io.graft.model.ModelReady;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.signature.ModelSigner;
import io.graft.trace.RecordTrace;
import io.graft.trace.Step;
import io.graft.trace.Tracing;
import io.graft.trainer.memory.TrainerMemory;
import io.graft.trainer.setup.EventProducer;
import io.graft.trainer.training.EpochListener;

/**
 * One run from its request to what is to be written: waits for the samples before it, trains, evaluates, asks the gate.
 * <p>
 * A run ends with a model, with a code and a sentence, or cancelled. Only trouble with the broker ends it with none of them:
 * then it is run again.
 */
@Singleton
class RunExecution {

    private static final Logger LOG = Logger.getLogger(RunExecution.class);
    /** What is wrong with this replica or its broker: another one may still make the version. */
    private static final Set<String> NOT_OF_THE_RUN = Set.of("REPLAY_ENDED", "BROKER_REFUSES");

    private final Topics topics;
    private final SampleArrival arrival;
    private final TrainerMemory memory;
    private final RunBackbone backbone;
    private final ModelMaker maker;
    private final EventProducer events;
    private final Optional<ModelSigner> signer;
    private final TrainingMetrics metrics;
    private final Tracing tracing;
    private final Clock clock;

    @Inject
    RunExecution(Topics topics, SampleArrival arrival, TrainerMemory memory, RunBackbone backbone,
            ModelMaker maker, EventProducer events,
            SigningConfig signing, TrainingMetrics metrics, Tracing tracing, Clock clock) {
        this.topics = topics;
        this.arrival = arrival;
        this.memory = memory;
        this.backbone = backbone;
        this.maker = maker;
        this.events = events;
        this.signer = signing.privateKey().map(ModelSigner::open);
        this.metrics = metrics;
        this.tracing = tracing;
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
        try (Step step = tracing.process(record)) {
            return run(record, step);
        }
    }

    private RunResult run(ConsumerRecord<byte[], byte[]> record, Step step) throws InterruptedException {
        QueuedRequest request;
        try {
            request = QueuedRequest.parse(record.value());
        } catch (Problem e) {
            LOG.errorf("Queued request skipped code=%s reason=%s topic=%s partition=%d offset=%d", e.code(), e.sentence(),
                    record.topic(), record.partition(), record.offset());
            return new RunResult(List.of(), () -> {
            });
        }
        step.set("graft.task", request.task().value()).set("graft.training.run.id", request.trainingRunId().value());
        Run run = new Run(request, new RunProgress(request, events, topics, clock), step, System.nanoTime());
        RunResult result = run(run, record.partition());
        events.flush();
        return result;
    }

    /** A run under way. */
    private record Run(QueuedRequest request, RunProgress progress, Step step, long begunAtNanos) {

        Duration took() {
            return Duration.ofNanos(System.nanoTime() - begunAtNanos);
        }
    }

    private RunResult run(Run run, int partition) throws InterruptedException {
        QueuedRequest request = run.request;
        try {
            Map<TopicPartition, Long> ends = awaitSamples(run, partition);
            requireWanted(run);
            Optional<ModelVersion> known = memory.models().findByRequest(request.task(), request.trainRequestId());
            return known.isPresent() ? duplicate(run, known.get()) : train(run, prepare(run, partition, ends));
        } catch (RunCancelled e) {
            LOG.infof("Training run cancelled task=%s trainingRunId=%s", request.task(), request.trainingRunId());
            return new RunResult(List.of(run.progress.cancelled()),
                    () -> metrics.ended(request.task(), "cancelled", run.took()));
        } catch (InterruptException e) {
            throw Problem.busy("TRAINING_GIVEN_UP", "training run " + request.trainingRunId() + " was given up");
        } catch (Problem e) {
            if (e.type() == ProblemType.BUSY || NOT_OF_THE_RUN.contains(e.code())) {
                throw e;
            }
            return failed(run, e);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("Training run broke trainingRunId=" + request.trainingRunId(), e);
            return failed(run, Problem.broken("TRAINING_BROKEN", "training broke: " + e, e));
        }
    }

    private Map<TopicPartition, Long> awaitSamples(Run run, int partition) throws InterruptedException {
        Step step = tracing.begin("wait for samples");
        try {
            return arrival.await(run.request, partition, (missing, due) -> {
                requireWanted(run);
                if (due) {
                    run.progress.waiting(missing);
                }
            });
        } finally {
            step.close();
        }
    }

    private RunBackbone.Ready prepare(Run run, int partition, Map<TopicPartition, Long> ends) throws InterruptedException {
        Step step = tracing.begin("embed samples again");
        try {
            return backbone.prepare(run.request, partition, ends, new LackingFeatures.Listener() {
                @Override
                public void goingOn() {
                    requireWanted(run);
                }

                @Override
                public void embedded(long embeddedCount, long lackingCount) {
                    run.progress.embedding(embeddedCount, lackingCount);
                }
            });
        } finally {
            step.close();
        }
    }

    private void requireWanted(Run run) {
        if (Thread.currentThread().isInterrupted()) {
            throw Problem.busy("TRAINING_GIVEN_UP", "training run " + run.request.trainingRunId() + " was given up");
        }
        if (memory.runs().isCancelling(run.request.task(), run.request.trainingRunId())) {
            throw new RunCancelled();
        }
    }

    private RunResult duplicate(Run run, ModelVersion known) {
        LOG.infof("Train request has its version already task=%s trainRequestId=%s version=%s", run.request.task(),
                run.request.trainRequestId(), known);
        return new RunResult(List.of(run.progress.succeeded(known)), metrics::duplicate);
    }

    private RunResult train(Run run, RunBackbone.Ready ready) {
        run.progress.running();
        ModelMaker.Made made = make(run, ready);
        ModelReady model = made.model();
        LOG.infof("Training run succeeded task=%s trainingRunId=%s version=%s accuracy=%s sampleCount=%d promoted=%s reason=%s",
                model.task(), model.trainingRunId(), model.version(), model.evaluation().accuracy(),
                model.dataset().sampleCount(), made.verdict().promoted(), made.verdict().reason());
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.modelReady(),
                Topics.keyBytes(model.key().toString()), Json.write(model));
        records.add(signer.map(known -> known.sign(record)).orElse(record));
        made.promotion().ifPresent(promotion -> records.add(new ProducerRecord<>(topics.promotions(),
                Topics.keyBytes(model.task().value()), Json.write(promotion))));
        records.forEach(RecordTrace::write);
        records.add(run.progress.succeeded(model.version()));
        Duration took = run.took();
        return new RunResult(records, () -> {
            metrics.ended(model.task(), "succeeded", took);
            metrics.judged(model.task(), made.verdict());
            metrics.accuracy(model.task(), model.version(), model.evaluation().accuracy());
        }, problem -> failed(run, problem));
    }

    private ModelMaker.Made make(Run run, RunBackbone.Ready ready) {
        try (Step step = tracing.begin("train")) {
            ModelMaker.Made made = maker.make(run.request, ready.backbone(), ready.ends(), listener(run));
            step.set("graft.version", made.model().version().number())
                    .set("graft.sample.count", made.model().dataset().sampleCount());
            return made;
        }
    }

    private EpochListener listener(Run run) {
        return new EpochListener() {
            @Override
            public void epochEnded(EpochResult result) {
                epoch(run, result);
            }

            @Override
            public void stepEnded() {
                requireWanted(run);
            }
        };
    }

    private void epoch(Run run, EpochResult epoch) {
        requireWanted(run);
        metrics.epoch(run.request.task(), epoch);
        run.progress.epoch(epoch, run.request.request().recipe().epochs());
    }

    private RunResult failed(Run run, Problem problem) {
        LOG.warnf("Training run failed task=%s trainingRunId=%s code=%s reason=%s", run.request.task(),
                run.request.trainingRunId(), problem.code(), problem.sentence());
        run.step.fail(problem.code());
        Duration took = run.took();
        return new RunResult(List.of(run.progress.failed(problem)),
                () -> metrics.ended(run.request.task(), "failed", took));
    }
}
