package io.graft.inference.serving;

import java.net.URI;
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
import io.graft.model.ModelReady.TailArtifact;
import io.graft.model.TrainedRecipe;
import io.graft.model.UnknownThreshold;
import io.graft.model.Verdict;
import io.graft.tail.Depth;

/**
 * What is worth knowing about a version: its {@code model-ready} event without the head's bytes, the epochs, the self-test, the
 * statistics of the features and the sketch of the samples.
 */
public record ModelCard(TaskId task, ModelVersion version, TrainingRunId trainingRunId, TrainRequestId trainRequestId,
        Instant requestedAt, Instant createdAt, BackboneReference backbone, List<String> labels, HeadDigest head,
        TrainedRecipe recipe, Evaluation evaluation, Dataset dataset, Software software, Optional<Verdict> verdict,
        Optional<UnknownThreshold> unknown, Optional<TailDigest> tail) {

    /** The head's file by digest and length. */
    public record HeadDigest(String format, String sha256, int sizeBytes) {
    }

    /**
     * Blocks of the network that were trained too, by digest and length.
     *
     * @param uri where they are stored; absent where they came in the event
     */
    public record TailDigest(String format, Depth depth, String sha256, long sizeBytes, Optional<URI> uri) {

        static TailDigest of(TailArtifact tail) {
            return new TailDigest(tail.format(), tail.depth(), tail.sha256(), tail.sizeBytes(), tail.uri());
        }
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
                ready.unknown(), ready.tail().map(TailDigest::of));
    }
}
