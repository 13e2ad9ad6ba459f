package io.graft.trainer.embedding;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jboss.logging.Logger;

import io.graft.backbone.Backbone;
import io.graft.backbone.Backbones;
import io.graft.id.BackboneId;
import io.graft.id.TaskId;
import io.graft.problem.Problem;

/**
 * Opens the backbones that tasks are bound to, on threads of its own: a task whose backbone cannot be opened, or is long in
 * opening, as one from the web, keeps no sample of another task waiting. It is waited for once; after that, samples do without
 * it until it is open. Thread-safe.
 */
final class BackboneOpening implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BackboneOpening.class);
    /** A batch that waits longer than Kafka lets it loses its partitions. */
    private static final Duration PATIENCE_MAX = Duration.ofMinutes(2);

    private final Backbones backbones;
    private final Duration patience;
    private final TaskBackbones tasks;
    private final Map<BackboneId, Try> tries = new ConcurrentHashMap<>();
    private final Map<BackboneId, Problem> closed = new ConcurrentHashMap<>();
    /** What each task did without. */
    private final Map<TaskId, BackboneId> lacking = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "backbone-opening");
        thread.setDaemon(true);
        return thread;
    });

    /** An opening under way, and until when it is waited for. */
    private record Try(Future<Backbone> backbone, long deadlineNanos) {
    }

    /**
     * @param patience how long the first who need a backbone wait for it
     * @param tasks says which backbone a task is bound to now
     */
    BackboneOpening(Backbones backbones, Duration patience, TaskBackbones tasks) {
        if (patience.isNegative() || patience.compareTo(PATIENCE_MAX) > 0) {
            throw new IllegalArgumentException("graft.embedding.backbone-wait-limit is " + patience + " (expected: "
                    + Duration.ZERO + " to " + PATIENCE_MAX + ")");
        }
        this.backbones = backbones;
        this.patience = patience;
        this.tasks = tasks;
    }

    /** A configured backbone, for a sample of a task; absent: it cannot be had now. */
    Optional<Backbone> find(TaskId task, BackboneId id) {
        Optional<Backbone> found = find(id);
        if (found.isEmpty()) {
            lacking.put(task, id);
        }
        return found;
    }

    private Optional<Backbone> find(BackboneId id) {
        Optional<Backbone> open = backbones.opened(id);
        if (open.isPresent()) {
            return open;
        }
        Optional<Problem> failure = backbones.failure(id);
        if (failure.isPresent()) {
            return without(id, failure.get());
        }
        Try current = tries.compute(id, (key, known) -> known == null || known.backbone.isDone() ? begin(id) : known);
        try {
            return Optional.of(current.backbone.get(current.deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return without(id, closed.getOrDefault(id, Problem.busy("BACKBONE_LOADING",
                    "backbone '" + id + "' has not been opened within " + patience + " (expected: by and by)")));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem) {
                return without(id, problem);
            }
            throw new IllegalStateException("opening backbone '" + id + "' broke: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.broken("EMBEDDING_INTERRUPTED", "embedding was interrupted", e);
        }
    }

    private Try begin(BackboneId id) {
        Duration wait = closed.containsKey(id) ? Duration.ZERO : patience;
        return new Try(threads.submit(() -> backbones.open(id)), System.nanoTime() + wait.toNanos());
    }

    private Optional<Backbone> without(BackboneId id, Problem problem) {
        Problem known = closed.put(id, problem);
        if (known == null || !known.sentence().equals(problem.sentence())) {
            LOG.warnf("Samples do without their backbone backbone=%s code=%s reason=%s", id, problem.code(),
                    problem.sentence());
        }
        return Optional.empty();
    }

    /** The backbones that samples did without, as long as they are not open and a task is bound to them, with why. */
    SortedMap<BackboneId, Problem> closed() {
        lacking.entrySet().removeIf(each -> !tasks.of(each.getKey()).equals(Optional.of(each.getValue()))
                || backbones.opened(each.getValue()).isPresent());
        SortedMap<BackboneId, Problem> now = new TreeMap<>(closed);
        now.keySet().retainAll(lacking.values());
        return now;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
