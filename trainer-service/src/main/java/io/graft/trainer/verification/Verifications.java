package io.graft.trainer.verification;

import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.graft.backbone.HeadProgram;
import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelReady.Software;
import io.graft.problem.Problem;
import io.graft.trainer.training.HeadTraining;
import io.smallrye.common.annotation.Identifier;

/** The verifications of this replica: one at a time, since each holds a task's features a second time. */
@Singleton
public class Verifications {

    private static final long CLOSE_LIMIT_SECONDS = 30;

    private final HeadProgram program;
    private final VersionVerification verification;
    private final Semaphore turn = new Semaphore(1);

    @Inject
    Verifications(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, VerificationConfig config,
            Software software) {
        this.program = HeadProgram.load();
        this.verification = new VersionVerification(kafka, topics,
                new HeadTraining(program, config.trainLimit(), System::nanoTime), software, config.readLimit());
    }

    /**
     * Verifies a version on this thread.
     *
     * @throws Problem MISSING when the task has no such version, BUSY when another verification runs or the broker does not
     *         answer
     */
    public Verification verify(TaskId task, ModelVersion version) {
        if (!turn.tryAcquire()) {
            throw Problem.busy("VERIFY_BUSY", "another version is being verified on this replica (expected: one at a time)");
        }
        try {
            return verification.verify(task, version);
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
