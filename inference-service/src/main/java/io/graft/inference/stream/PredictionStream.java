package io.graft.inference.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.event.Topics;
import io.graft.event.TransactionalLoop;
import io.graft.event.Transactions;
import io.graft.inference.prediction.Predictor;
import io.graft.inference.serving.ReplicaConfig;
import io.graft.inference.serving.ServingTable;
import io.graft.problem.Problem;
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

    private final Topics topics;
    private final ServingTable table;
    private final PredictionRequests requests;
    private final MeterRegistry registry;
    private final boolean enabled;
    private final ExecutorService threads;
    private final TransactionalLoop loop;

    PredictionStream(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, ReplicaConfig replica,
            PredictionStreamConfig config, ServingTable table, Predictor predictor, SampleContentCodec codec,
            Tracing tracing, MeterRegistry registry) {
        this.topics = topics;
        this.table = table;
        this.requests = new PredictionRequests(topics, codec, predictor, config.memoryTryCountMax(), tracing);
        this.registry = registry;
        this.enabled = config.enabled();
        this.threads = Executors.newFixedThreadPool(config.concurrency(), task -> {
            Thread thread = new Thread(task, "prediction-requests");
            thread.setDaemon(true);
            return thread;
        });
        this.loop = new TransactionalLoop(kafka, topics.predictionRequests(), topics.prefix() + GROUP, replica.name(),
                config.transactionSize(), this::answer);
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            loop.start();
        }
    }

    /** Why no request is read any more, if that ended on its own. */
    Optional<Throwable> failure() {
        return loop.failure();
    }

    private TransactionalLoop.Result answer(List<ConsumerRecord<byte[], byte[]>> batch, Transactions transactions) {
        if (!table.isSettled()) {
            throw Problem.busy("PREDICTION_STARTING", "the models are still being read (expected: a moment later)");
        }
        List<ProducerRecord<byte[], byte[]>> answers = answers(batch);
        int answeredCount = (int) answers.stream().filter(answer -> answer.topic().equals(topics.predictions())).count();
        return new TransactionalLoop.Result(answers, () -> {
            registry.counter("graft.prediction.requests", "outcome", "answered").increment(answeredCount);
            registry.counter("graft.prediction.requests", "outcome", "rejected").increment(batch.size() - answeredCount);
        });
    }

    private List<ProducerRecord<byte[], byte[]>> answers(List<ConsumerRecord<byte[], byte[]>> batch) {
        List<Callable<ProducerRecord<byte[], byte[]>>> tasks = new ArrayList<>(batch.size());
        batch.forEach(record -> tasks.add(() -> requests.answer(record)));
        List<ProducerRecord<byte[], byte[]>> answers = new ArrayList<>(batch.size());
        try {
            List<Future<ProducerRecord<byte[], byte[]>>> begun = threads.invokeAll(tasks);
            for (int i = 0; i < begun.size(); i++) {
                answers.add(answer(batch.get(i), begun.get(i)));
            }
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy("PREDICTION_INTERRUPTED", "predictions were interrupted (expected: another replica)");
        }
    }

    private ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> record,
            Future<ProducerRecord<byte[], byte[]>> begun) throws InterruptedException {
        try {
            return begun.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem) {
                if (PredictionRequests.isShortOfMemory(problem)) {
                    return requests.answerAlone(record);
                }
                throw problem;
            }
            throw new IllegalStateException("a prediction broke: " + e.getCause(), e);
        }
    }

    /** At the signal: others take the partitions over once what this replica has read of them is answered. */
    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        loop.leave();
    }

    /** Before the batchers are closed, which its answers come from. */
    void stop(@Observes @Priority(FIRST) ShutdownEvent event) {
        loop.close();
        threads.shutdownNow();
    }
}
