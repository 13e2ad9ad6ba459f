package io.graft.trainer.noise;

import java.util.Map;
import java.util.function.Predicate;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.graft.backbone.Backbones;
import io.graft.event.Topics;
import io.graft.id.TaskId;
import io.graft.problem.Problem;
import io.graft.trainer.log.TaskLog;
import io.graft.trainer.table.BackboneKey;
import io.graft.trainer.verification.ExclusiveTraining;
import io.graft.trainer.verification.VerificationConfig;
import io.smallrye.common.annotation.Identifier;

/** The reports of label noise on this replica: one at a time, since each holds a task's features several times. */
@Singleton
public class LabelNoiseReports {

    private final Predicate<BackboneKey> trained;
    private final TaskLog log;
    private final ExclusiveTraining exclusive;
    private final LabelNoiseSearch search;

    @Inject
    LabelNoiseReports(@Identifier("default-kafka-broker") Map<String, Object> kafka, Topics topics,
            Backbones backbones, VerificationConfig config,
            @ConfigProperty(name = "graft.training.label-count-max") int labelCountMax) {
        this.trained = BackboneKey.in(backbones);
        this.log = new TaskLog(kafka, topics, config.readLimit());
        this.exclusive = new ExclusiveTraining(config.trainLimit(), () -> Problem.busy("LABEL_NOISE_BUSY",
                "another task's labels are being looked over on this replica (expected: one task at a time)"));
        this.search = new LabelNoiseSearch(exclusive.training(), labelCountMax);
    }

    /**
     * Looks over a task's samples as they are in the log now, on this thread.
     *
     * @param top samples to name
     * @throws Problem INVALID when {@code top} is out of bounds, or the task has fewer than two labels or too many, BUSY when
     *         another report is under way or the broker does not answer
     */
    public LabelNoise report(TaskId task, int top) {
        LabelNoise.requireTop(top);
        return exclusive.run(() -> search.search(log.features(task, trained).snapshotWithoutViews(), top));
    }

    @PreDestroy
    void close() throws InterruptedException {
        exclusive.close();
    }
}
