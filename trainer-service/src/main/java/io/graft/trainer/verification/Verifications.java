package io.graft.trainer.verification;

import java.util.Map;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.graft.event.Topics;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.model.ModelReady.Software;
import io.graft.problem.Problem;
import io.smallrye.common.annotation.Identifier;

/** The verifications of this replica: one at a time, since each holds a task's features a second time. */
@Singleton
public class Verifications {

    private final ExclusiveTraining exclusive;
    private final VersionVerification verification;

    @Inject
    Verifications(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics, VerificationConfig config,
            Software software) {
        this.exclusive = new ExclusiveTraining(config.trainLimit(), () -> Problem.busy("VERIFY_BUSY",
                "another version is being verified on this replica (expected: one at a time)"));
        this.verification = new VersionVerification(kafka, topics, exclusive.training(), software, config.readLimit());
    }

    /**
     * Verifies a version on this thread.
     *
     * @throws Problem MISSING when the task has no such version, BUSY when another verification runs or the broker does not
     *         answer
     */
    public Verification verify(TaskId task, ModelVersion version) {
        return exclusive.run(() -> verification.verify(task, version));
    }

    @PreDestroy
    void close() throws InterruptedException {
        exclusive.close();
    }
}
