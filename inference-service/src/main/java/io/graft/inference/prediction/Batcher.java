package io.graft.inference.prediction;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.backbone.FeatureMaps;
import io.graft.backbone.MappedFeatures;
import io.graft.problem.Problem;
import io.graft.tail.Tail;
import io.graft.trace.Tracing;

/**
 * Puts the requests that wait for one backbone into common forward passes.
 * <p>
 * A worker takes one input and, once there is a core for it, whatever else waits behind it, up to a batch: an idle service
 * answers at once, a busy one answers in full batches. The queue is bounded; a full one is the caller's to hear, not the
 * heap's. Requests of different tasks share a batch, since the backbone is the same.
 */
final class Batcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);
    private static final long CLOSE_LIMIT_MILLIS = 10_000;

    private final String name;
    private final BatcherLimits limits;
    private final PassTraces traces;
    private final BlockingQueue<Waiting<?>> queue;
    private final Cores cores;
    private final ReentrantLock collecting = new ReentrantLock();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closing;
    private volatile @Nullable Throwable failure;

    /** An input in the queue; cancelled, it leaves. */
    private abstract class Waiting<T> extends CompletableFuture<T> implements PassTraces.Traced {

        private final byte[] input;
        private final Optional<Tail> tail;
        private final PassTraces.@Nullable Entry trace = traces.enter();

        Waiting(byte[] input, Optional<Tail> tail) {
            this.input = input;
            this.tail = tail;
        }

        @Override
        public final PassTraces.@Nullable Entry trace() {
            return trace;
        }

        abstract boolean wantsMaps();

        /** @param maps next the own ones, of an input that wants them */
        abstract void answer(float[] feature, Iterator<FeatureMaps> maps);

        @Override
        public boolean cancel(boolean interrupt) {
            boolean cancelled = super.cancel(interrupt);
            if (cancelled) {
                queue.remove(this);
            }
            return cancelled;
        }
    }

    private final class WaitingForFeature extends Waiting<float[]> {

        WaitingForFeature(byte[] input, Optional<Tail> tail) {
            super(input, tail);
        }

        @Override
        boolean wantsMaps() {
            return false;
        }

        @Override
        void answer(float[] feature, Iterator<FeatureMaps> maps) {
            complete(feature);
        }
    }

    private final class WaitingForMaps extends Waiting<MappedFeature> {

        WaitingForMaps(byte[] input, Optional<Tail> tail) {
            super(input, tail);
        }

        @Override
        boolean wantsMaps() {
            return true;
        }

        @Override
        void answer(float[] feature, Iterator<FeatureMaps> maps) {
            complete(new MappedFeature(feature, maps.next()));
        }
    }

    private Batcher(String name, BatcherLimits limits, Cores cores, BatchListener listener, Tracing tracing) {
        this.name = name;
        this.limits = limits;
        this.cores = cores;
        this.traces = new PassTraces(tracing, name, listener);
        this.queue = new ArrayBlockingQueue<>(limits.queueCapacity());
    }

    /**
     * Opens the workers, which warms the backbone, and starts their threads.
     *
     * @param cores on which the passes run
     */
    static Batcher start(Backbone backbone, BatcherLimits limits, Cores cores, BatchListener listener, Tracing tracing) {
        String name = backbone.descriptor().id().toString();
        Batcher batcher = new Batcher(name, limits, cores, listener, tracing);
        List<BackboneWorker> workers = new ArrayList<>();
        for (int i = 0; i < limits.workerCount(); i++) {
            workers.add(backbone.openWorker(limits.batchSizeMax()));
        }
        for (BackboneWorker worker : workers) {
            Thread thread = new Thread(() -> batcher.run(worker), name + "-" + batcher.threads.size());
            thread.setDaemon(true);
            batcher.threads.add(thread);
        }
        batcher.threads.forEach(Thread::start);
        return batcher;
    }

    /**
     * Queues a prepared input.
     *
     * @param tail blocks that it goes through instead of the backbone's own; it shares its pass with inputs of others
     * @return its feature, [dimension]; cancelled by the caller, it frees its place and is not computed any more
     * @throws Problem BUSY {@code PREDICTION_QUEUE_FULL}, or {@code PREDICTION_STOPPING} after {@link #close()}
     */
    CompletableFuture<float[]> submit(byte[] input, Optional<Tail> tail) {
        return enqueue(new WaitingForFeature(input, tail));
    }

    /** As {@link #submit}, with the feature maps; it shares its pass with inputs that want none. */
    CompletableFuture<MappedFeature> submitMapped(byte[] input, Optional<Tail> tail) {
        return enqueue(new WaitingForMaps(input, tail));
    }

    private <T> Waiting<T> enqueue(Waiting<T> waiting) {
        if (closing) {
            throw stopping();
        }
        if (!queue.offer(waiting)) {
            throw Problem.busy("PREDICTION_QUEUE_FULL", "queue of backbone '" + name + "' holds " + limits.queueCapacity()
                    + " inputs and is full (expected: fewer requests at once, or more replicas)");
        }
        if (closing && queue.remove(waiting)) {
            throw stopping();
        }
        return waiting;
    }

    int queueDepth() {
        return queue.size();
    }

    /** Why a worker has died, if one has. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void run(BackboneWorker opened) {
        List<Waiting<?>> batch = new ArrayList<>(limits.batchSizeMax());
        try (BackboneWorker worker = opened) {
            while (collect(batch)) {
                try {
                    batch.removeIf(Waiting::isDone);
                    if (!batch.isEmpty()) {
                        forward(worker, batch);
                    }
                } finally {
                    cores.endPass();
                }
            }
        } catch (Throwable e) {
            failure = e;
            LOG.error("Worker died backbone={}", name, e);
            Problem problem = broken(batch, e);
            batch.forEach(waiting -> waiting.completeExceptionally(problem));
        }
    }

    /**
     * Waits for inputs and for a core, one worker at a time, and then takes all that have come; two would share them.
     *
     * @return whether there are any
     */
    private boolean collect(List<Waiting<?>> batch) {
        batch.clear();
        collecting.lock();
        try {
            Waiting<?> first = next();
            if (first == null) {
                return false;
            }
            batch.add(first);
            cores.beginPass(limits.batchSizeMax(), () -> queue.size() + 1);
            queue.drainTo(batch, limits.batchSizeMax() - 1);
            return true;
        } finally {
            collecting.unlock();
        }
    }

    /** Waits for an input; at the end for none, but what waits already is taken. */
    private @Nullable Waiting<?> next() {
        try {
            return closing ? queue.poll() : queue.take();
        } catch (InterruptedException e) {
            return queue.poll();
        }
    }

    /**
     * A pass that fails, for want of memory too, takes only its own requests with it; another {@link Error} ends the worker,
     * and its process is done for.
     */
    private void forward(BackboneWorker worker, List<Waiting<?>> batch) {
        long startNanos = System.nanoTime();
        MappedFeatures embedded;
        try {
            embedded = embed(worker, batch);
        } catch (RuntimeException e) {
            LOG.error("Forward pass failed backbone={} batchSize={}", name, batch.size(), e);
            fail(batch, broken(batch, e), System.nanoTime() - startNanos);
            return;
        } catch (OutOfMemoryError e) {
            LOG.error("No memory for a forward pass backbone={} batchSize={}", name, batch.size(), e);
            fail(batch, MemoryShortage.during("a forward pass of " + batch.size()), System.nanoTime() - startNanos);
            return;
        }
        traces.forwarded(batch, System.nanoTime() - startNanos);
        Iterator<FeatureMaps> maps = embedded.maps().iterator();
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).answer(embedded.features()[i], maps);
        }
    }

    private static MappedFeatures embed(BackboneWorker worker, List<Waiting<?>> batch) {
        List<byte[]> inputs = new ArrayList<>(batch.size());
        batch.forEach(waiting -> inputs.add(waiting.input));
        int[] mapped = IntStream.range(0, batch.size()).filter(i -> batch.get(i).wantsMaps()).toArray();
        if (batch.stream().anyMatch(waiting -> waiting.tail.isPresent())) {
            return worker.embedWithTails(inputs, batch.stream().<Optional<Tail>> map(waiting -> waiting.tail).toList(), mapped);
        }
        return mapped.length > 0 ? worker.embedWithMaps(inputs, mapped)
                : new MappedFeatures(worker.embed(inputs), List.of());
    }

    private void fail(List<Waiting<?>> batch, Problem problem, long tookNanos) {
        traces.failed(batch, tookNanos, problem.code());
        batch.forEach(waiting -> waiting.completeExceptionally(problem));
    }

    private Problem broken(List<Waiting<?>> batch, Throwable cause) {
        return Problem.broken("BACKBONE_FAILED", "backbone '" + name + "' failed on a batch of " + batch.size(), cause);
    }

    private void refuseWaiting() {
        List<Waiting<?>> left = new ArrayList<>();
        queue.drainTo(left);
        left.forEach(waiting -> waiting.completeExceptionally(stopping()));
    }

    private Problem stopping() {
        return Problem.busy("PREDICTION_STOPPING", "backbone '" + name + "' is being closed (expected: another replica)");
    }

    /** Refuses what waits, and whatever comes from now on; running passes go on. */
    void refuse() {
        closing = true;
        refuseWaiting();
    }

    /** Finishes what waits, within a limit, and closes the workers on their threads. */
    @Override
    public void close() {
        closing = true;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(CLOSE_LIMIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        refuseWaiting();
    }
}
