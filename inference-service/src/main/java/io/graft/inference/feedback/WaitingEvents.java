package io.graft.inference.feedback;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.problem.Problem;
import io.graft.trace.RecordTrace;

/**
 * Writes events that somebody waits for who keeps no thread meanwhile: a broker that is away keeps a bounded number of them.
 */
final class WaitingEvents {

    private final EventWriter events;
    private final EventRoom room;
    private final Executor thread;

    /** @param thread on which events are handed to the producer, which may wait there for a broker */
    WaitingEvents(EventWriter events, EventRoom room, Executor thread) {
        this.events = events;
        this.room = room;
        this.thread = thread;
    }

    /**
     * Writes in the current trace.
     *
     * @return ends when the broker has the event, or with a problem as of {@link EventWriter#write}
     * @throws Problem BUSY when too many wait already
     */
    CompletableFuture<Void> write(ProducerRecord<byte[], byte[]> record) {
        RecordTrace.write(record);
        long sizeBytes = record.value().length;
        if (!room.enter(sizeBytes)) {
            throw Problem.busy("BROKER_BUSY", "the broker has not taken " + room.count()
                    + " events yet (expected: less feedback at once, or a broker that answers)");
        }
        CompletableFuture<Void> written = new CompletableFuture<Void>()
                .orTimeout(EventWriter.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Void> unused = written.whenComplete((nothing, failure) -> room.leave(sizeBytes));
        thread.execute(() -> handOver(record, written));
        return written.exceptionallyCompose(failure -> CompletableFuture
                .failedFuture(events.problem(record.topic(), new ExecutionException(failure))));
    }

    private void handOver(ProducerRecord<byte[], byte[]> record, CompletableFuture<Void> written) {
        if (written.isDone()) {
            return;
        }
        CompletableFuture<Void> unused = events.begin(record).whenComplete((nothing, failure) -> {
            if (failure == null) {
                written.complete(null);
            } else {
                written.completeExceptionally(failure);
            }
        });
    }
}
