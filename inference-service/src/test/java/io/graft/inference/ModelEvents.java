package io.graft.inference;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import io.graft.backbone.BackboneDescriptor;
import io.graft.digest.Digests;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.Evaluation;
import io.graft.model.Evaluation.LabelEvaluation;
import io.graft.model.FeatureStatistics;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.ModelReady.Dataset;
import io.graft.model.ModelReady.HeadArtifact;
import io.graft.model.ModelReady.SelfTest;
import io.graft.model.ModelReady.Software;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.model.ModelReady.TailProbe;
import io.graft.model.ModelReady.TopicOffset;
import io.graft.model.Promotion;
import io.graft.model.Recipe;
import io.graft.model.TrainedRecipe;
import io.graft.tail.Depth;

/** Models made by hand, whole and right; a test breaks what it wants broken. */
public final class ModelEvents {

    public static final Instant REQUESTED_AT = Instant.parse("2026-01-01T12:00:00Z");

    private ModelEvents() {
    }

    /** A head that answers with the label of the largest number of a vector. */
    public static Head largest(String... labels) {
        float[] weight = new float[labels.length * labels.length];
        for (int i = 0; i < labels.length; i++) {
            weight[i * labels.length + i] = 1;
        }
        return new Head(List.of(labels), labels.length, weight, new float[labels.length]);
    }

    public static ModelReady ready(String task, int version, BackboneDescriptor backbone, Head head) {
        byte[] file = HeadCodec.encode(head);
        float[] feature = new float[head.dimension()];
        feature[0] = 1;
        List<LabelEvaluation> labels = head.labels().stream().map(label -> new LabelEvaluation(label, 1, 1, 10)).toList();
        int labelCount = labels.size();
        return new ModelReady(new TaskId(task), new ModelVersion(version), new TrainingRunId("run-" + version),
                new TrainRequestId("request-" + version), REQUESTED_AT, Optional.empty(),
                REQUESTED_AT.plusSeconds(version),
                new BackboneReference(backbone.id(), backbone.sha256(), backbone.dimension(), backbone.precision()),
                head.labels(),
                new HeadArtifact("safetensors", Digests.sha256Hex(file), file.length, Base64.getEncoder().encodeToString(file)),
                new TrainedRecipe(Recipe.DEFAULT, List.of(), "a test"), List.of(),
                new Evaluation(10 * labelCount, 0.9 + version / 1000.0, 0.1, labels,
                        List.of(List.of(10 * labelCount))),
                new Dataset(50 * labelCount, 40 * labelCount, 10 * labelCount, Optional.of(0), "0".repeat(64), Optional.of(0.2),
                        List.of(new TopicOffset("sample-features", 0, 50L * labelCount)), Optional.empty()),
                new SelfTest(base64(feature), List.of(boxed(head.probabilities(feature)))),
                new Software("test", "none", Optional.empty()), Optional.empty(),
                Optional.of(statistics(head.dimension())), Optional.empty(), Optional.empty());
    }

    /** The same version with blocks of its own, which are elsewhere. */
    public static ModelReady withTail(ModelReady ready) {
        TailArtifact tail = new TailArtifact("safetensors", Depth.LAST_BLOCK, "0".repeat(64), 1, Optional.empty(),
                Optional.of(URI.create("s3://models/tail")), new TailProbe(0, ""));
        return new ModelReady(ready.task(), ready.version(), ready.trainingRunId(), ready.trainRequestId(),
                ready.requestedAt(), ready.cause(), ready.createdAt(), ready.backbone(), ready.labels(), ready.head(),
                ready.recipe(), ready.epochs(), ready.evaluation(), ready.dataset(), ready.selfTest(), ready.software(),
                ready.verdict(), ready.featureStatistics(), ready.unknown(), Optional.of(tail));
    }

    /** Mean 0 and deviation 2. */
    private static FeatureStatistics statistics(int dimension) {
        float[] deviation = new float[dimension];
        Arrays.fill(deviation, 2);
        return FeatureStatistics.of(new float[dimension], deviation);
    }

    public static Promotion promotion(String task, int version) {
        return new Promotion(new TaskId(task), new ModelVersion(version), Optional.empty(), Promotion.Reason.GATE,
                Optional.empty(), Optional.empty(), Optional.empty(), REQUESTED_AT.plusSeconds(60));
    }

    /** By hand, with a canary or a shadow; a version below 1 is none. */
    public static Promotion promotion(String task, int version, int canary, double percent, int shadow) {
        return new Promotion(new TaskId(task), new ModelVersion(version), Optional.empty(), Promotion.Reason.MANUAL,
                canary < 1 ? Optional.empty() : Optional.of(new Promotion.Canary(new ModelVersion(canary), percent)),
                shadow < 1 ? Optional.empty() : Optional.of(new Promotion.Shadow(new ModelVersion(shadow))), Optional.empty(),
                REQUESTED_AT.plusSeconds(90));
    }

    public static String base64(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static List<Float> boxed(float[] values) {
        List<Float> boxed = new ArrayList<>();
        for (float value : values) {
            boxed.add(value);
        }
        return boxed;
    }
}
