package io.graft.inference.serving;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.Evaluation;
import io.graft.model.ModelKey;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.ModelReady.Dataset;
import io.graft.model.ModelReady.Software;
import io.graft.model.TrainedRecipe;
import io.graft.model.UnknownThreshold;
import io.graft.model.Verdict;

/**
 * What is worth knowing about a version: its {@code model-ready} event without the head's bytes, the epochs, the self-test, the
 * statistics of the features and the sketch of the samples.
 */
public record ModelCard(TaskId task, ModelVersion version, TrainingRunId trainingRunId, TrainRequestId trainRequestId,
        Instant requestedAt, Instant createdAt, BackboneReference backbone, List<String> labels, HeadDigest head,
        TrainedRecipe recipe, Evaluation evaluation, Dataset dataset, Software software, Optional<Verdict> verdict,
        Optional<UnknownThreshold> unknown) {

    /** The head's file by digest and length. */
    public record HeadDigest(String format, String sha256, int sizeBytes) {
    }

    /** Its name among all versions of all tasks. */
    public ModelKey key() {
        return new ModelKey(task, version);
    }

    static ModelCard of(ModelReady ready) {
        return new ModelCard(ready.task(), ready.version(), ready.trainingRunId(), ready.trainRequestId(),
                ready.requestedAt(), ready.createdAt(), ready.backbone(), ready.labels(),
                new HeadDigest(ready.head().format(), ready.head().sha256(), ready.head().sizeBytes()),
                ready.recipe(), ready.evaluation(), ready.dataset().withoutSamples(), ready.software(), ready.verdict(),
                ready.unknown());
    }
}
