package io.graft.inference.serving;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.backbone.Backbone;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.model.TailReader;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.tail.Tail;

/**
 * Fetches and tries blocks on one thread of its own, one version's after the other, while everything else goes on. A store that
 * does not answer is asked again. Thread-safe.
 */
final class TailLoader implements TailLookup, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TailLoader.class);
    private static final long CLOSE_LIMIT_SECONDS = 10;

    private final TailReader reader;
    private final Duration retryDelay;
    private final InstantSource clock;
    private final Map<ModelKey, Loading> loading = new HashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread loader = new Thread(task, "tail-loader");
        loader.setDaemon(true);
        return loader;
    });

    private sealed interface Loading {
    }

    private record Begun() implements Loading {
    }

    private record Fetched(Tail tail) implements Loading {
    }

    private record Failed(Problem problem, Instant retryAt) implements Loading {
    }

    /** @param retryDelay until a store that did not answer is asked again */
    TailLoader(TailReader reader, Duration retryDelay, InstantSource clock) {
        this.reader = reader;
        this.retryDelay = retryDelay;
        this.clock = clock;
    }

    @Override
    public synchronized Optional<Tail> take(ModelKey key, TailArtifact artifact, Backbone backbone) {
        Loading state = loading.get(key);
        if (state instanceof Fetched fetched && fetched.tail.sha256().equals(artifact.sha256())) {
            loading.remove(key);
            return Optional.of(fetched.tail);
        }
        if (state instanceof Failed failed) {
            if (failed.problem.type() == ProblemType.INVALID || failed.problem.type() == ProblemType.MISSING) {
                loading.remove(key);
                throw failed.problem;
            }
            if (clock.instant().isBefore(failed.retryAt)) {
                return Optional.empty();
            }
        }
        if (!(state instanceof Begun) && !thread.isShutdown()) {
            loading.put(key, new Begun());
            thread.execute(() -> end(key, load(key, artifact, backbone)));
        }
        return Optional.empty();
    }

    @Override
    public synchronized void forget(ModelKey key) {
        loading.remove(key);
    }

    private synchronized void end(ModelKey key, Loading state) {
        loading.replace(key, state);
    }

    private Loading load(ModelKey key, TailArtifact artifact, Backbone backbone) {
        long startNanos = System.nanoTime();
        try {
            Tail tail = reader.read("model '" + key + "'", artifact);
            TailProbeCheck.run(key, artifact.probe(), backbone, tail);
            LOG.info("Blocks fetched task={} version={} depth={} sizeBytes={} durationMillis={}", key.task(), key.version(),
                    tail.depth(), artifact.sizeBytes(), (System.nanoTime() - startNanos) / 1_000_000);
            return new Fetched(tail);
        } catch (Problem e) {
            LOG.warn("Blocks not fetched task={} version={} code={} reason=\"{}\"", key.task(), key.version(), e.code(),
                    e.sentence());
            return new Failed(e, clock.instant().plus(retryDelay));
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("Blocks not fetched task={} version={}", key.task(), key.version(), e);
            return new Failed(Problem.broken("TAIL_BROKEN", "blocks of model '" + key + "' cannot be used: " + e, e),
                    clock.instant().plus(retryDelay));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Blocks still being fetched at the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
