package io.graft.trainer.rest;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.model.Verdict;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;
import io.graft.trainer.history.ModelHistory;
import io.graft.trainer.history.VersionSummary;
import io.graft.trainer.table.Deletion;
import io.graft.trainer.table.FeatureTable;

/**
 * What stands where for a task.
 *
 * @param featureCount samples with a feature, on this replica
 * @param labels features by label and split, for samples without a {@code split} by the default fraction
 * @param versions the newest ones, the oldest of them first
 * @param serving the version that was promoted last
 * @param deletedSamples the last deletions that this replica knows of, the latest first
 */
record TaskView(TaskId task, int featureCount, List<LabelView> labels, List<VersionView> versions,
        Optional<ModelVersion> serving, List<DeletedSample> deletedSamples) {

    record LabelView(String label, int trainCount, int validationCount) {
        static LabelView of(Map.Entry<String, Map<Split, Integer>> counts) {
            return new LabelView(counts.getKey(), counts.getValue().getOrDefault(Split.TRAIN, 0),
                    counts.getValue().getOrDefault(Split.VALIDATION, 0));
        }
    }

    record VersionView(ModelVersion version, double accuracy, int sampleCount, Optional<Verdict> verdict) {
        static VersionView of(VersionSummary summary) {
            return new VersionView(summary.version(), summary.accuracy(), summary.sampleCount(), summary.verdict());
        }
    }

    /**
     * A deletion.
     *
     * @param versions that had seen the sample; about one in a hundred is named by mistake, none is left out
     */
    record DeletedSample(SampleId sampleId, Instant deletedAt, List<ModelVersion> versions) {
        static DeletedSample of(TaskId task, Deletion deletion, ModelHistory models) {
            return new DeletedSample(deletion.sampleId(), Instant.ofEpochMilli(deletion.deletedAtMs()),
                    models.versionsWith(new SampleKey(task, deletion.sampleId())));
        }
    }

    static TaskView of(TaskId task, Optional<FeatureTable.Contents> contents, ModelHistory models) {
        List<Deletion> deletions = contents.map(FeatureTable.Contents::deletions).orElse(List.of());
        return new TaskView(task, contents.map(FeatureTable.Contents::featureCount).orElse(0),
                contents.stream().flatMap(known -> known.counts().entrySet().stream()).map(LabelView::of).toList(),
                models.versions(task).stream().map(VersionView::of).toList(),
                models.promotion(task).map(promotion -> promotion.version()),
                deletions.stream().map(deletion -> DeletedSample.of(task, deletion, models)).toList());
    }
}
