package io.graft.inference.prediction;

import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.graft.problem.Problem;
import io.graft.trace.Step;
import io.graft.trace.Tracing;

/** What takes a core and memory on the caller's thread: no more at once than there are cores for it. */
final class Decoding {

    private static final Logger LOG = LoggerFactory.getLogger(Decoding.class);

    private final Cores cores;
    private final Tracing tracing;

    Decoding(Cores cores, Tracing tracing) {
        this.cores = cores;
        this.tracing = tracing;
    }

    /**
     * Runs some work once there is a core for it.
     *
     * @throws Problem BUSY when there is no room in time or no memory; whatever the work throws
     */
    <T> T run(Deadline deadline, Supplier<T> work) throws InterruptedException {
        Step step = tracing.begin("decode");
        try {
            return onCore(deadline, work);
        } catch (Problem e) {
            step.fail(e.code());
            throw e;
        } finally {
            step.close();
        }
    }

    private <T> T onCore(Deadline deadline, Supplier<T> work) throws InterruptedException {
        if (!cores.beginDecode(deadline.remainingNanos(), deadline.patience())) {
            deadline.patience().check();
            throw deadline.missed("decoding");
        }
        try {
            deadline.patience().check();
            return work.get();
        } catch (OutOfMemoryError e) {
            LOG.error("No memory for decoding", e);
            throw MemoryShortage.during("decoding");
        } finally {
            cores.endDecode();
        }
    }
}
