package io.graft.trainer.queue;

import java.time.Clock;

import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.event.Json;
import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.model.EpochResult;
import io.graft.model.TrainingProgress;
import io.graft.model.TrainingState;
import io.graft.problem.Problem;
import io.graft.trace.RecordTrace;
import io.graft.trainer.setup.EventProducer;
import io.opentelemetry.context.Context;

/**
 * The steps of one run on {@code training-progress}: those on its way are sent at once, the last one is a record of the
 * transaction that ends it. All of them are in the trace that is the current one when this is made. For one thread.
 */
final class RunProgress {

    private final EventProducer events;
    private final Topics topics;
    private final Clock clock;
    private final Context trace = Context.current();
    private TrainingProgress last;

    RunProgress(QueuedRequest request, EventProducer events, Topics topics, Clock clock) {
        this.events = events;
        this.topics = topics;
        this.clock = clock;
        this.last = request.progress(TrainingState.QUEUED, clock.instant());
    }

    void waiting(long missingSampleCount) {
        send(last.toWaiting(missingSampleCount, clock.instant()));
    }

    void embedding(long embedded, long lacking) {
        send(last.toEmbedding(embedded, lacking, clock.instant()));
    }

    void running() {
        send(last.to(TrainingState.RUNNING, clock.instant()));
    }

    void epoch(EpochResult epoch, int epochCount) {
        send(last.afterEpoch(epoch, epochCount, clock.instant()));
    }

    ProducerRecord<byte[], byte[]> succeeded(ModelVersion version) {
        return record(last.toSucceeded(version, clock.instant()));
    }

    ProducerRecord<byte[], byte[]> failed(Problem problem) {
        return record(last.toFailed(problem, clock.instant()));
    }

    ProducerRecord<byte[], byte[]> cancelled() {
        return record(last.to(TrainingState.CANCELLED, clock.instant()));
    }

    private void send(TrainingProgress progress) {
        last = progress;
        events.send(record(progress));
    }

    private ProducerRecord<byte[], byte[]> record(TrainingProgress progress) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.trainingProgress(),
                Topics.keyBytes(progress.task().value()), Json.write(progress));
        RecordTrace.write(trace, record);
        return record;
    }
}
