package io.graft.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.errors.InterruptException;

import io.graft.event.TransactionalLoop.Handler;
import io.graft.event.TransactionalLoop.Result;

/** The thread on which a loop's handler works, on one batch after the other. */
final class BatchHandling implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);
    private static final Result NOTHING = new Result(List.of(), () -> {
    });

    private final Handler handler;
    private final Transactions transactions;
    private final ExecutorService thread;

    BatchHandling(Handler handler, Transactions transactions, String name) {
        this.handler = handler;
        this.transactions = transactions;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, name);
            daemon.setDaemon(true);
            return daemon;
        });
    }

    /** Queues a batch; one without records has its result at once. */
    Future<Result> begin(ConsumerRecords<byte[], byte[]> polled) {
        if (polled.isEmpty()) {
            return CompletableFuture.completedFuture(NOTHING);
        }
        List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>(polled.count());
        polled.forEach(batch::add);
        return thread.submit(() -> handler.process(batch, transactions));
    }

    /** Whether there is a result in time, or an exception instead of it. */
    static boolean isDoneWithin(Future<Result> future, Duration limit) {
        try {
            Result unused = future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    /** Waits for a result; throws what the handler threw. */
    static Result await(Future<Result> result) {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw new IllegalStateException("a handler broke: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    /** Lets the handler end what it has begun, since it may be in native code; by an interrupt where that takes too long. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
