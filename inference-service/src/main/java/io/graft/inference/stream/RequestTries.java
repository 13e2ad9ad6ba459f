package io.graft.inference.stream;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

import io.graft.event.DeadLetter;
import io.graft.inference.prediction.MemoryShortage;
import io.graft.inference.serving.ServingTable;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;

/**
 * Tries requests until each has its answer or is put aside, so that none costs the others of its batch theirs. Thread-safe.
 * <p>
 * One that there is no room for waits, and so does one whose version is being loaded; the others of its batch wait with it, so
 * there is a limit. One that broke shared a pass with others, so it is tried without those; if it fails again, it is a dead
 * letter. Where request after request breaks, it is not theirs.
 * <p>
 * One that found no memory is tried without those too, and waits as long as for room. It is a dead letter once it has waited so
 * and others of its batch find memory, or once its partition has waited too often ({@link MemoryWaits}).
 */
final class RequestTries {

    private static final Duration PAUSE_WHILE_BUSY_MIN = Duration.ofMillis(50);
    private static final Duration PAUSE_WHILE_BUSY_MAX = Duration.ofSeconds(2);
    private static final Duration PAUSE_BEFORE_A_TRY = Duration.ofMillis(200);

    private final PredictionRequests requests;
    private final TryLimits limits;
    private final StreamMeters meters;
    private final AtomicInteger brokenInARow = new AtomicInteger();
    private volatile boolean nobodys;
    private volatile boolean ended;

    RequestTries(PredictionRequests requests, TryLimits limits, StreamMeters meters) {
        this.requests = requests;
        this.limits = limits;
        this.meters = meters;
    }

    /**
     * Answers a request beside others; while there is no room for it, it waits. One whose version is still being loaded at the
     * end of its time is a dead letter: nobody knows whether that ever ends, and everything behind it waits too.
     *
     * @param untilNanos how long it may wait, in the time of {@link System#nanoTime()}
     * @throws Problem BUSY where it found no memory, BROKEN where it broke: {@link #alone} says what comes of it; BUSY when
     *         its time is over, when its batch went back, and after the end
     */
    ProducerRecord<byte[], byte[]> besideOthers(ConsumerRecord<byte[], byte[]> record, long untilNanos) {
        Duration pause = PAUSE_WHILE_BUSY_MIN;
        while (true) {
            try {
                return requests.answer(record);
            } catch (OutOfMemoryError e) {
                throw MemoryShortage.during("a prediction");
            } catch (Problem e) {
                if (e.type() != ProblemType.BUSY || isShortOfMemory(e)) {
                    throw e;
                }
                if (System.nanoTime() - untilNanos >= 0) {
                    return late(record, e);
                }
                pause(pause, e);
                meters.retried(StreamMeters.Reason.BUSY);
                pause = longer(pause);
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(PAUSE_WHILE_BUSY_MAX) < 0 ? doubled : PAUSE_WHILE_BUSY_MAX;
    }

    private ProducerRecord<byte[], byte[]> late(ConsumerRecord<byte[], byte[]> record, Problem busy) {
        if (!busy.code().equals(ServingTable.VERSION_LOADING)) {
            throw busy;
        }
        return DeadLetter.of(record, Problem.busy(busy.code(), busy.sentence() + "; the request has waited for it for "
                + limits.waitLimit().toSeconds() + " s"));
    }

    /** When a batch that begins now has waited long enough. */
    long waitEndNanos() {
        return System.nanoTime() + limits.waitLimit().toNanos();
    }

    /**
     * Answers a request that failed beside others, or puts it aside: it would hold up everything behind it for ever.
     *
     * @param othersAnswered whether others of its batch were
     * @param waitCount how often it has waited for memory in vain
     * @throws Problem BUSY as of {@link #besideOthers}, and when it has found no memory until its time was over
     * @throws IllegalStateException when too many requests in a row have broken
     */
    ProducerRecord<byte[], byte[]> alone(ConsumerRecord<byte[], byte[]> record, Problem besideOthers,
            long untilNanos, boolean othersAnswered, int waitCount) {
        Problem failed = besideOthers;
        int brokenTryCount = 0;
        Duration pauseForMemory = PAUSE_BEFORE_A_TRY;
        for (boolean tried = false;; tried = true) {
            boolean broken = failed.type() == ProblemType.BROKEN;
            if (broken && brokenTryCount >= limits.brokenTryCountMax()) {
                return broken(record, failed, brokenTryCount);
            }
            if (!broken && !isShortOfMemory(failed)) {
                throw failed;
            }
            if (!broken && tried) {
                if (isItsOwn(waitCount, othersAnswered)) {
                    return starved(record, failed, waitCount);
                }
                if (System.nanoTime() - untilNanos >= 0) {
                    throw failed;
                }
            }
            if (broken) {
                brokenTryCount++;
                pause(PAUSE_BEFORE_A_TRY, failed);
            } else {
                // Where time is over, each is tried alone once all the same, and none of them waits for it.
                pause(shorter(pauseForMemory, Duration.ofNanos(untilNanos - System.nanoTime())), failed);
                pauseForMemory = longer(pauseForMemory);
            }
            meters.retried(broken ? StreamMeters.Reason.BROKEN : StreamMeters.Reason.MEMORY);
            try {
                return besideOthers(record, untilNanos);
            } catch (Problem e) {
                failed = e;
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Whether a want of memory is the request's own, and not the service's. */
    private boolean isItsOwn(int waitCount, boolean othersAnswered) {
        return waitCount >= limits.memoryWaitCountMax() || (waitCount > 0 && othersAnswered);
    }

    private ProducerRecord<byte[], byte[]> starved(ConsumerRecord<byte[], byte[]> record, Problem failed, int waitCount) {
        return DeadLetter.of(record, Problem.busy(failed.code(), failed.sentence() + "; the request has waited for it "
                + waitCount + " times for " + limits.waitLimit().toSeconds() + " s"));
    }

    private ProducerRecord<byte[], byte[]> broken(ConsumerRecord<byte[], byte[]> record, Problem failed, int triedCount) {
        String tried = "; it was tried alone " + triedCount + " times";
        int brokenCount = brokenInARow.incrementAndGet();
        if (brokenCount >= limits.brokenRowMax()) {
            throw new IllegalStateException(brokenCount + " prediction requests in a row broke, the last one at offset "
                    + record.offset() + " of partition " + record.partition() + ": " + failed.code() + ", " + failed.sentence()
                    + tried, failed);
        }
        return DeadLetter.of(record, Problem.broken(failed.code(), failed.sentence() + tried, failed));
    }

    /** A request has its answer: a row of broken ones is over. */
    void endRow() {
        brokenInARow.set(0);
    }

    /** A batch goes back, and whatever was read behind it: nobody waits for what of it is in work. */
    void wentBack() {
        nobodys = true;
    }

    /** What went back is done again. */
    void beginAgain() {
        nobodys = false;
        endRow();
    }

    /** Nobody waits any more. */
    void end() {
        ended = true;
    }

    static boolean isShortOfMemory(Problem problem) {
        return problem.code().equals(MemoryShortage.CODE);
    }

    private void pause(Duration pause, Problem failed) {
        LockSupport.parkNanos(pause.toNanos());
        if (ended || nobodys || Thread.currentThread().isInterrupted()) {
            throw Problem.busy("PREDICTION_INTERRUPTED",
                    "prediction was interrupted after: " + failed.sentence() + " (expected: another replica)");
        }
    }
}
