package io.graft.trainer.verification;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.graft.backbone.HeadProgram;
import io.graft.problem.Problem;
import io.graft.trainer.training.HeadTraining;

/** Training beside the runs of the queue, by one caller at a time: whoever trains here holds a task's features once more. */
public final class ExclusiveTraining {

    private static final long CLOSE_LIMIT_SECONDS = 30;

    private final HeadProgram program = HeadProgram.load();
    private final HeadTraining training;
    private final Supplier<Problem> busy;
    private final Semaphore turn = new Semaphore(1);

    /**
     * @param limit of one training
     * @param busy what a caller is told while another one works
     */
    public ExclusiveTraining(Duration limit, Supplier<Problem> busy) {
        this.training = new HeadTraining(program, limit, System::nanoTime);
        this.busy = busy;
    }

    /** To be used within {@link #run} alone. */
    public HeadTraining training() {
        return training;
    }

    /** Works on this thread. @throws Problem BUSY when another caller does */
    public <T> T run(Supplier<T> work) {
        if (!turn.tryAcquire()) {
            throw busy.get();
        }
        try {
            return work.get();
        } finally {
            turn.release();
        }
    }

    /** Waits for the work under way, which is in native memory; where that does not end, the process does so first. */
    public void close() throws InterruptedException {
        if (turn.tryAcquire(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            program.close();
        }
    }
}
