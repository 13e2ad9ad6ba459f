package io.graft.trainer.noise;

import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.graft.backbone.HeadProgram;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.trainer.log.TaskLog;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.verification.VerificationConfig;
import io.smallrye.common.annotation.Identifier;

/** The reports of label noise on this replica: one at a time, since each holds a task's features several times. */
@Singleton
public class LabelNoiseReports {

    private static final long CLOSE_LIMIT_SECONDS = 30;

    private final TaskLog log;
    private final HeadProgram program;
    private final LabelNoiseSearch search;
    private final Semaphore turn = new Semaphore(1);

    @Inject
    LabelNoiseReports(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics,
            VerificationConfig config) {
        this.log = new TaskLog(kafka, topics, config.readLimit());
        this.program = HeadProgram.load();
        this.search = new LabelNoiseSearch(new HeadTraining(program, config.trainLimit(), System::nanoTime));
    }

    /**
     * Looks over a task's samples as they are in the log now, on this thread.
     *
     * @param top samples to name
     * @throws Problem INVALID when {@code top} is out of bounds or the task has fewer than two labels, BUSY when another report
     *         is under way or the broker does not answer
     */
    public LabelNoise report(TaskId task, int top) {
        LabelNoise.requireTop(top);
        if (!turn.tryAcquire()) {
            throw Problem.busy("LABEL_NOISE_BUSY",
                    "another task's labels are being looked over on this replica (expected: one task at a time)");
        }
        try {
            return search.search(log.features(task).snapshotWithoutViews(), top);
        } finally {
            turn.release();
        }
    }

    /** Waits for the work under way, which is in native memory; where that does not end, the process does so first. */
    @PreDestroy
    void close() throws InterruptedException {
        if (turn.tryAcquire(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            program.close();
        }
    }
}
