package io.graft.inference.serving;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.event.RecordPlace;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

/**
 * Reads on one thread of its own, while everything else goes on: who asks for a record asks again. A broker that does not
 * answer is asked again. Thread-safe.
 */
final class BackgroundArchive implements ModelArchive, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundArchive.class);
    /** What nobody asks for again, since another promotion came, is let go. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final ModelArchive archive;
    private final Duration retryDelay;
    private final InstantSource clock;
    private final Map<RecordPlace, Reading> readings = new HashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread reader = new Thread(task, "archive-reader");
        reader.setDaemon(true);
        return reader;
    });

    private sealed interface Reading {
    }

    private record Begun() implements Reading {
    }

    /** @param until it is kept for */
    private record Read(Optional<ModelRecord> record, Instant until) implements Reading {
    }

    /** @param retryAt if it is BUSY */
    private record Failed(Problem problem, Instant retryAt) implements Reading {
    }

    /** @param retryDelay until a broker that did not answer is asked again */
    BackgroundArchive(ModelArchive archive, Duration retryDelay, InstantSource clock) {
        this.archive = archive;
        this.retryDelay = retryDelay;
        this.clock = clock;
    }

    /** @throws Problem BUSY {@code MODEL_ARCHIVE_BUSY} until the record is there */
    @Override
    public synchronized Optional<ModelRecord> read(RecordPlace place) {
        Reading reading = readings.get(place);
        if (reading instanceof Read read) {
            readings.remove(place);
            return read.record;
        }
        if (reading instanceof Failed failed) {
            if (failed.problem.type() != ProblemType.BUSY) {
                readings.remove(place);
                throw failed.problem;
            }
            if (!isDue(failed)) {
                throw failed.problem;
            }
        }
        if (!(reading instanceof Begun) && !thread.isShutdown()) {
            readings.put(place, new Begun());
            thread.execute(() -> end(place, load(place)));
        }
        throw Problem.busy("MODEL_ARCHIVE_BUSY", "record " + place + " is being read again (expected: a moment later)");
    }

    @Override
    public synchronized boolean hasNews() {
        Instant now = clock.instant();
        readings.values().removeIf(reading -> isForgotten(reading, now));
        return readings.values().stream().anyMatch(this::isNews);
    }

    private static boolean isForgotten(Reading reading, Instant now) {
        return (reading instanceof Read read && now.isAfter(read.until))
                || (reading instanceof Failed failed && now.isAfter(failed.retryAt.plus(KEPT)));
    }

    private boolean isNews(Reading reading) {
        return reading instanceof Read || (reading instanceof Failed failed && isDue(failed));
    }

    private boolean isDue(Failed failed) {
        return failed.problem.type() != ProblemType.BUSY || !clock.instant().isBefore(failed.retryAt);
    }

    private Reading load(RecordPlace place) {
        try {
            return new Read(archive.read(place), clock.instant().plus(KEPT));
        } catch (Problem e) {
            LOG.warn("Version not read again place={} code={} reason=\"{}\"", place, e.code(), e.sentence());
            return new Failed(e, clock.instant().plus(retryDelay));
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("Version not read again place={}", place, e);
            return new Failed(Problem.busy("MODEL_ARCHIVE_BUSY", "record " + place + " cannot be read again: " + e),
                    clock.instant().plus(retryDelay));
        }
    }

    private synchronized void end(RecordPlace place, Reading reading) {
        readings.replace(place, reading);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
