package io.graft.backbone;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.problem.Problem;
import io.graft.sample.SampleContent;

/**
 * The place of one configured backbone: opened by the first who needs it, while others who need it wait and nobody else does.
 * A failure stays for a while and is heard at once by whoever comes meanwhile. Thread-safe.
 */
final class BackboneSlot implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BackboneSlot.class);
    private static final int PASS_COUNT = 3;
    /** As long as questions to a service usually are; an image is as large as any other once it is prepared. */
    private static final String SENTENCE = "Where is the card that I have been waiting for since last week?";

    private final BackboneConfig config;
    private final Function<BackboneConfig, Backbone> opening;
    private final Semaphore places;
    private final Duration retryDelay;
    private final InstantSource clock;
    private volatile State state = new Closed();

    /**
     * A closed one.
     *
     * @param places for open backbones, one permit each
     * @param retryDelay how long a failure is remembered
     */
    BackboneSlot(BackboneConfig config, Function<BackboneConfig, Backbone> opening, Semaphore places, Duration retryDelay,
            InstantSource clock) {
        this.config = config;
        this.opening = opening;
        this.places = places;
        this.retryDelay = retryDelay;
        this.clock = clock;
    }

    private sealed interface State {
    }

    private record Closed() implements State {
    }

    private record Loading() implements State {
    }

    private record Open(Backbone backbone, double millisecondsPerSample) implements State {
    }

    private record Failed(Problem problem, Instant retryAt) implements State {
    }

    BackboneConfig config() {
        return config;
    }

    /** @throws Problem BROKEN when it cannot be opened, or could not a moment ago; BUSY when no further one may be open */
    Backbone open() {
        return backbone().orElseGet(this::openOnce);
    }

    private synchronized Backbone openOnce() {
        if (state instanceof Open open) {
            return open.backbone;
        }
        failure().ifPresent(problem -> {
            throw problem;
        });
        if (!places.tryAcquire()) {
            throw failed(Problem.busy("BACKBONES_TOO_MANY", "backbone '" + config.id()
                    + "' cannot be opened: no further one may be open (expected: fewer in use, or a higher limit)"));
        }
        state = new Loading();
        try {
            Open opened = measured(opening.apply(config));
            BackboneDescriptor descriptor = opened.backbone.descriptor();
            LOG.info("Backbone opened backbone={} sha256={} dimension={} device={} precision={} millisecondsPerSample={}",
                    descriptor.id(), descriptor.sha256(), descriptor.dimension(), descriptor.device(),
                    descriptor.precision(), opened.millisecondsPerSample);
            state = opened;
            return opened.backbone;
        } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
            throw failed(broken(e));
        } finally {
            if (!(state instanceof Open)) {
                places.release();
            }
        }
    }

    private Problem failed(Problem problem) {
        state = new Failed(problem, clock.instant().plus(retryDelay));
        return problem;
    }

    private Problem broken(Throwable cause) {
        String why = cause instanceof Problem known ? known.sentence() : cause.toString();
        return Problem.broken("BACKBONE_BROKEN", "backbone '" + config.id() + "' cannot be opened: " + why, cause);
    }

    /** The first pass of a batch size is slow, so it does not count. */
    private static Open measured(Backbone backbone) {
        SampleContent sample = backbone.descriptor().contentKind().equals("text") ? new SampleContent.Text(SENTENCE)
                : new SampleContent.Raster(new byte[3], 1, 1);
        List<byte[]> input = List.of(backbone.prepare(sample));
        long shortestNanos = Long.MAX_VALUE;
        try (BackboneWorker worker = backbone.openWorker(1)) {
            worker.embed(input);
            for (int i = 0; i < PASS_COUNT; i++) {
                long startNanos = System.nanoTime();
                worker.embed(input);
                shortestNanos = Math.min(shortestNanos, System.nanoTime() - startNanos);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            backbone.close();
            throw e;
        }
        return new Open(backbone, Math.round(shortestNanos / 1e3) / 1e3);
    }

    /** If it is open. */
    Optional<Backbone> backbone() {
        return state instanceof Open open ? Optional.of(open.backbone) : Optional.empty();
    }

    /** Why it could not be opened, as long as that is not tried again. */
    Optional<Problem> failure() {
        return state instanceof Failed failed && clock.instant().isBefore(failed.retryAt) ? Optional.of(failed.problem)
                : Optional.empty();
    }

    BackboneStatus status() {
        State now = state;
        if (now instanceof Open open) {
            return BackboneStatus.open(config, open.backbone.descriptor(), open.millisecondsPerSample);
        }
        if (now instanceof Failed failed) {
            return BackboneStatus.of(config, BackboneStatus.State.FAILED, Optional.of(failed.problem));
        }
        return BackboneStatus.of(config, now instanceof Loading ? BackboneStatus.State.LOADING : BackboneStatus.State.CLOSED,
                Optional.empty());
    }

    @Override
    public synchronized void close() {
        if (state instanceof Open open) {
            open.backbone.close();
            places.release();
        }
        state = new Closed();
    }
}
