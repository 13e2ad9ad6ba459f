package io.graft.model;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.graft.event.Json;
import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.tail.Depth;

/**
 * A version of a task's model, whole: everything that serving needs, and where it comes from.
 *
 * @param requestedAt timestamp of the train request
 * @param cause why the request was sent; absent: somebody sent it by hand
 * @param labels in the order of the head's rows
 * @param recipe what was asked, tried and chosen
 * @param epochs of the chosen candidate; none where it has no epochs
 * @param verdict of the promotion gate, also when it refused; absent in events of earlier releases
 * @param featureStatistics of the training features; absent in events of earlier releases
 * @param unknown absent where nobody asked for it, or where no threshold does what was asked for
 * @param tail blocks that take the place of the backbone's own; absent where the head alone was trained
 */
public record ModelReady(TaskId task, ModelVersion version, TrainingRunId trainingRunId, TrainRequestId trainRequestId,
        Instant requestedAt, Optional<TrainingCause> cause, Instant createdAt, BackboneReference backbone, List<String> labels,
        HeadArtifact head, TrainedRecipe recipe, List<EpochResult> epochs, Evaluation evaluation, Dataset dataset,
        SelfTest selfTest, Software software, Optional<Verdict> verdict, Optional<FeatureStatistics> featureStatistics,
        Optional<UnknownThreshold> unknown, Optional<TailArtifact> tail) {

    public ModelReady {
        labels = List.copyOf(labels);
        epochs = List.copyOf(epochs);
    }

    /** Reads an event of the trainer; fields that this release does not know are ignored. */
    public static ModelReady parse(byte[] json) {
        return Json.readLenient(json, ModelReady.class, "MODEL_READY_INVALID", "model-ready event");
    }

    public ModelKey key() {
        return new ModelKey(task, version);
    }

    /**
     * The backbone whose features the head takes.
     *
     * @param sha256 of the descriptor of the backbone
     * @param precision that the training features were computed in
     */
    public record BackboneReference(BackboneId id, String sha256, int dimension, String precision) {
    }

    /**
     * The head inline.
     *
     * @param format {@value #SAFETENSORS}
     * @param sha256 of the decoded bytes, 64 hex digits
     * @param sizeBytes of the decoded bytes
     * @param data base64
     */
    public record HeadArtifact(String format, String sha256, int sizeBytes, String data) {
        public static final String SAFETENSORS = "safetensors";
    }

    /**
     * Blocks of the network that were trained too: inline while they fit a message, else in the object store.
     *
     * @param format {@value HeadArtifact#SAFETENSORS}
     * @param sha256 of the bytes, 64 hex digits
     * @param sizeBytes of the bytes
     * @param data base64; absent where they are stored
     * @param uri where they are stored; absent where they are inline
     * @param probe how the blocks answer where they were trained
     */
    public record TailArtifact(String format, Depth depth, String sha256, long sizeBytes, Optional<String> data,
            Optional<URI> uri, TailProbe probe) {
    }

    /**
     * A picture that is drawn from a seed, and its feature through the blocks: a replica that gets another one must not serve.
     *
     * @param seed of the bytes of a picture, as {@code java.util.Random} gives them
     * @param feature base64 of little-endian float32, [dimension]
     */
    public record TailProbe(long seed, String feature) {
    }

    /**
     * The samples that made the model.
     *
     * @param viewCount augmented views that were trained on besides the samples; absent in versions of earlier releases
     * @param sha256 over the samples in the order of their ids: of each the id, the label and the split, in UTF-8 with a zero
     *        byte behind them, then the SHA-256 (32 bytes) of the feature's little-endian float32 numbers and, on the
     *        training side, behind them those of its views
     * @param validationFraction share of the samples without a split that were kept for validation; absent in versions of
     *        earlier releases
     * @param offsets where in {@code sample-features} the snapshot ends
     * @param samples which samples they were; absent in versions of earlier releases
     */
    public record Dataset(int sampleCount, int trainCount, int validationCount, Optional<Integer> viewCount, String sha256,
            Optional<Double> validationFraction, List<TopicOffset> offsets, Optional<SampleSketch> samples) {
        public Dataset {
            offsets = List.copyOf(offsets);
        }

        /** Where a topic's part of the snapshot ends. */
        public Optional<TopicOffset> offset(String topic) {
            return TopicOffset.find(offsets, topic);
        }

        /** The same without the sketch, which is large. */
        public Dataset withoutSamples() {
            return new Dataset(sampleCount, trainCount, validationCount, viewCount, sha256, validationFraction, offsets,
                    Optional.empty());
        }
    }

    /** The end of what was read of a partition: the offset of the next record. */
    public record TopicOffset(String topic, int partition, long end) {

        /** The one of a topic. */
        public static Optional<TopicOffset> find(List<TopicOffset> offsets, String topic) {
            return offsets.stream().filter(offset -> offset.topic.equals(topic)).findFirst();
        }
    }

    /**
     * Features with the probabilities that the head gave them where it was trained: a replica that gets others must not serve.
     *
     * @param features base64 of little-endian float32, [k, dimension]
     * @param probabilities [k, labels]
     */
    public record SelfTest(String features, List<List<Float>> probabilities) {
        public SelfTest {
            probabilities = probabilities.stream().map(List::copyOf).toList();
        }
    }

    /**
     * What made the model.
     *
     * @param graft release
     * @param engine as in {@code PyTorch 2.7.1}
     * @param cpu architecture, vendor and vector instructions, as in {@code amd64 GenuineIntel avx2 fma}: others may round
     *        otherwise; absent in versions of earlier releases
     */
    public record Software(String graft, String engine, Optional<String> cpu) {
    }
}
