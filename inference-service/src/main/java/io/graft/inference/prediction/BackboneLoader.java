package io.graft.inference.prediction;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.BackboneStatus;
import io.graft.backbone.Backbones;
import io.graft.id.BackboneId;
import io.graft.inference.serving.BackboneLookup;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.problem.Problem;

/**
 * Opens and warms backbones on one thread of its own, one after the other, while everything else goes on. Thread-safe.
 * <p>
 * What is warm has a batcher; it stays so until the process ends.
 */
public final class BackboneLoader implements BackboneLookup, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BackboneLoader.class);
    private static final long CLOSE_LIMIT_SECONDS = 10;

    private final Backbones backbones;
    private final Batchers batchers;
    private final Warming warming;
    private final Duration retryDelay;
    private final LoadListener listener;
    private final InstantSource clock;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread loader = new Thread(task, "backbone-loader");
        loader.setDaemon(true);
        return loader;
    });
    private final Set<BackboneId> loading = new HashSet<>();
    private final Map<BackboneId, Failure> failures = new HashMap<>();

    /** Makes a batcher for an open backbone, which warms it. */
    interface Warming {
        Batcher warm(Backbone backbone);
    }

    /** Hears how a load ended, on the loader's thread. */
    interface LoadListener {
        void loaded(BackboneId backbone, boolean succeeded, long nanos);
    }

    private record Failure(Problem problem, Instant until) {
    }

    /** @param retryDelay how long a failure is remembered and nothing tried again */
    BackboneLoader(Backbones backbones, Batchers batchers, Warming warming, Duration retryDelay, LoadListener listener,
            InstantSource clock) {
        this.backbones = backbones;
        this.batchers = batchers;
        this.warming = warming;
        this.retryDelay = retryDelay;
        this.listener = listener;
        this.clock = clock;
    }

    /** One that computes nothing, as the identity of vectors, is always warm. */
    @Override
    public Optional<Backbone> find(String sha256, int dimension) {
        return backbones.find(sha256, dimension)
                .filter(backbone -> batchers.has(backbone) || !backbones.isConfigured(backbone.descriptor().id()));
    }

    /** One that is known by another digest is not the model's; one that became warm just now is found the next time. */
    @Override
    public synchronized boolean isExpected(BackboneReference reference) {
        BackboneId id = reference.id();
        if (backbones.descriptor(id).filter(known -> !isOf(reference, known)).isPresent()) {
            return false;
        }
        if (loading.contains(id) || backbones.opened(id).filter(batchers::has).isPresent()) {
            return true;
        }
        failure(id).ifPresent(problem -> {
            throw problem;
        });
        return backbones.isConfigured(id);
    }

    private static boolean isOf(BackboneReference reference, BackboneDescriptor backbone) {
        return backbone.sha256().equals(reference.sha256()) && backbone.dimension() == reference.dimension();
    }

    private Optional<Problem> failure(BackboneId id) {
        return Optional.ofNullable(failures.get(id)).filter(failure -> clock.instant().isBefore(failure.until))
                .map(Failure::problem);
    }

    @Override
    public synchronized void load(BackboneId id) {
        boolean warm = backbones.opened(id).filter(batchers::has).isPresent();
        if (!warm && backbones.isConfigured(id) && failure(id).isEmpty() && !thread.isShutdown() && loading.add(id)) {
            failures.remove(id);
            thread.execute(() -> run(id));
        }
    }

    private void run(BackboneId id) {
        long startNanos = System.nanoTime();
        Optional<Problem> failure = Optional.empty();
        try {
            openNow(id);
        } catch (Problem e) {
            failure = Optional.of(e);
        } catch (RuntimeException | Error e) {
            failure = Optional.of(Problem.broken("BACKBONE_BROKEN", "backbone '" + id + "' cannot be warmed: " + e, e));
        }
        long nanos = System.nanoTime() - startNanos;
        failure.ifPresent(problem -> LOG.error("Backbone not loaded backbone={} code={} reason=\"{}\"", id, problem.code(),
                problem.sentence(), problem));
        listener.loaded(id, failure.isEmpty(), nanos);
        synchronized (this) {
            loading.remove(id);
            failure.ifPresent(problem -> failures.put(id, new Failure(problem, clock.instant().plus(retryDelay))));
        }
    }

    /** Opens and warms on the caller's thread. @throws Problem as of {@link Backbones#open(BackboneId)} */
    void openNow(BackboneId id) {
        Backbone backbone = backbones.open(id);
        batchers.add(backbone, warming);
    }

    /** Where each configured backbone stands, in the order of the names. */
    public List<BackboneStatus> statuses() {
        return backbones.statuses().stream().map(this::status).toList();
    }

    private synchronized BackboneStatus status(BackboneStatus opened) {
        if (loading.contains(opened.id())) {
            return opened.in(BackboneStatus.State.LOADING, Optional.empty());
        }
        Failure failure = failures.get(opened.id());
        return failure == null ? opened : opened.in(BackboneStatus.State.FAILED, Optional.of(failure.problem));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Backbone still loading at the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
