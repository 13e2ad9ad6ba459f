package io.graft.trainer.verification;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.graft.digest.Digests;
import io.graft.event.Topics;
import io.graft.head.HeadCodec;
import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.Software;
import io.graft.problem.Problem;
import io.graft.problem.ProblemType;
import io.graft.tail.Depth;
import io.graft.trainer.log.TaskLog;
import io.graft.trainer.table.FeatureSnapshot;
import io.graft.trainer.training.HeadTraining;
import io.graft.trainer.training.TrainedHead;
import io.graft.trainer.training.TrainingSet;
import io.graft.trainer.verification.Verification.Code;
import io.graft.trainer.verification.Verification.DatasetComparison;
import io.graft.trainer.verification.Verification.HeadComparison;
import io.graft.trainer.verification.Verification.Reason;
import io.graft.trainer.verification.Verification.SoftwareComparison;
import io.graft.trainer.verification.Verification.Verdict;

/**
 * Makes a version again from the log, by the recipe of its event, and compares the head byte for byte. Reads topics and writes
 * nothing. Thread-safe.
 */
public final class VersionVerification {

    private final Topics topics;
    private final TaskLog log;
    private final HeadTraining training;
    private final Software software;

    /**
     * @param clientConfig connection settings: {@code bootstrap.servers} at least
     * @param training that makes heads, with a limit of its own
     * @param software that this process is
     * @param readingLimit how long reading one topic may take
     */
    public VersionVerification(Map<String, Object> clientConfig, Topics topics, HeadTraining training, Software software,
            Duration readingLimit) {
        this.topics = topics;
        this.log = new TaskLog(clientConfig, topics, readingLimit);
        this.training = training;
        this.software = software;
    }

    /**
     * Verifies a version on this thread.
     *
     * @throws Problem MISSING when the task has no such version, INVALID when it has blocks of its own, BUSY when the broker
     *         does not answer in time
     */
    public Verification verify(TaskId task, ModelVersion version) {
        long begunAtNanos = System.nanoTime();
        ModelReady model = log.model(new ModelKey(task, version)).orElseThrow(
                () -> Problem.missing("VERSION_UNKNOWN", "task '" + task + "' has no version " + version));
        model.tail().ifPresent(tail -> {
            throw Problem.invalid("VERIFICATION_UNSUPPORTED", "version " + version + " of task '" + task
                    + "' was trained at depth '" + tail.depth() + "', of which the log has no features (expected: a version of"
                    + " depth '" + Depth.HEAD + "')");
        });
        PinnedDataset pinned = PinnedDataset.read(log, topics.sampleFeatures(), model);
        Optional<TrainedHead> made = pinned.snapshot().flatMap(snapshot -> train(model, snapshot));
        HeadComparison head = new HeadComparison(model.head().sha256(),
                made.map(trained -> Digests.sha256Hex(HeadCodec.encode(trained.head()))));
        DatasetComparison dataset = new DatasetComparison(model.dataset().sha256(),
                pinned.snapshot().map(FeatureSnapshot::sha256), model.dataset().sampleCount(),
                pinned.snapshot().map(snapshot -> snapshot.trainCount() + snapshot.validationCount()).orElse(0));
        boolean identical = head.isSame() && dataset.isSame();
        return new Verification(task, version, identical ? Verdict.IDENTICAL : Verdict.DIFFERENT,
                identical ? List.of() : reasons(model, pinned, made),
                PinnedDataset.first(pinned.corrected(), Verification.NAMED_COUNT_MAX), pinned.corrected().size(),
                PinnedDataset.first(pinned.deleted(), Verification.NAMED_COUNT_MAX), pinned.deleted().size(), head, dataset,
                new SoftwareComparison(model.software(), software), (System.nanoTime() - begunAtNanos) / 1_000_000);
    }

    /** Empty when what is left of the samples does not make a head, as with one label. */
    private Optional<TrainedHead> train(ModelReady model, FeatureSnapshot snapshot) {
        try {
            TrainingSet set = new TrainingSet(snapshot.task(), snapshot.labels(), snapshot.dimension(), snapshot.features(),
                    snapshot.labelIndexes(), snapshot.trainRowCount());
            return Optional.of(training.train(set, model.recipe().asked(), epoch -> {
            }));
        } catch (Problem e) {
            if (e.type() == ProblemType.INVALID && !e.code().equals("TRAINING_TIME_EXCEEDED")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private List<Reason> reasons(ModelReady model, PinnedDataset pinned, Optional<TrainedHead> made) {
        List<Reason> reasons = new ArrayList<>();
        if (!pinned.corrected().isEmpty()) {
            reasons.add(new Reason(Code.SAMPLES_CORRECTED, counted(pinned.corrected(), "corrected")));
        }
        if (!pinned.deleted().isEmpty()) {
            reasons.add(new Reason(Code.SAMPLES_DELETED, counted(pinned.deleted(), "deleted")));
        }
        if (pinned.removedCount() > 0) {
            reasons.add(new Reason(Code.FEATURES_REMOVED, pinned.removedCount()
                    + " of the version's samples have no feature of its backbone '" + model.backbone().id() + "' any more"));
        }
        if (pinned.missingCount() > 0) {
            reasons.add(new Reason(Code.SAMPLES_MISSING, pinned.missingCount()
                    + " of the version's samples are no longer in the log, nor is the record that took them away"));
        }
        if (!model.software().graft().equals(software.graft()) || !model.software().engine().equals(software.engine())) {
            reasons.add(new Reason(Code.SOFTWARE_DIFFERS, "the version was made by Graft " + model.software().graft() + " on "
                    + model.software().engine() + ", this is Graft " + software.graft() + " on " + software.engine()));
        }
        if (!model.software().cpu().equals(software.cpu())) {
            reasons.add(new Reason(Code.CPU_DIFFERS, "the version was made on the CPU '" + cpu(model.software())
                    + "', this is '" + cpu(software) + "'"));
        }
        int triedCount = made.map(head -> head.recipe().candidates().size()).orElse(0);
        if (made.isPresent() && triedCount != model.recipe().candidates().size()) {
            reasons.add(new Reason(Code.SEARCH_DIFFERS, "the version came of " + model.recipe().candidates().size()
                    + " candidates, this search of " + triedCount + ": the time of one of them was over before"));
        }
        if (reasons.isEmpty()) {
            reasons.add(
                    new Reason(Code.UNEXPLAINED, "samples, software and CPU are those of the version, what they make is not"));
        }
        return reasons;
    }

    private static String counted(Set<SampleId> samples, String what) {
        return samples.size() + (samples.size() == 1 ? " sample was " : " samples were ") + what + " since the version";
    }

    private static String cpu(Software software) {
        return software.cpu().orElse("unknown");
    }
}
