package io.graft.local;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import io.graft.digest.Digests;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.Evaluation;
import io.graft.model.ModelReady;
import io.graft.model.Recipe;
import io.graft.model.TrainedRecipe;
import io.graft.model.Verdict;

/** Versions that nobody trained: events that a replica accepts, where it is about serving and not about what is answered. */
public final class UntrainedModel {

    private static final Instant AT = Instant.parse("2026-01-01T12:00:00Z");

    private static final Verdict PASSED = new Verdict(true, "untrained", 0, Optional.empty(), Optional.empty(),
            Optional.empty(),
            Optional.empty(), Optional.empty(), Optional.empty());

    private UntrainedModel() {
    }

    /** The identity, for vectors of this length. */
    public static ModelReady.BackboneReference vectors(int dimension) {
        String sha256 = Digests.sha256Hex("vector/" + dimension + "/float32");
        return new ModelReady.BackboneReference(new BackboneId("vector"), sha256, dimension, "float32");
    }

    /** A head of random numbers: the same seed, the same head. */
    public static Head head(int labelCount, int dimension, long seed) {
        Random random = new Random(seed);
        List<String> labels = new ArrayList<>();
        for (int label = 0; label < labelCount; label++) {
            labels.add("label-" + label);
        }
        return new Head(labels, dimension, numbers(random, labelCount * dimension), numbers(random, labelCount));
    }

    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        return numbers;
    }

    public static ModelReady of(TaskId task, ModelVersion version, ModelReady.BackboneReference backbone, Head head) {
        byte[] file = HeadCodec.encode(head);
        return new ModelReady(task, version, new TrainingRunId("untrained"), new TrainRequestId("untrained"), AT,
                Optional.empty(), AT, backbone, head.labels(),
                new ModelReady.HeadArtifact(ModelReady.HeadArtifact.SAFETENSORS, Digests.sha256Hex(file), file.length,
                        Base64.getEncoder().encodeToString(file)),
                new TrainedRecipe(Recipe.TEXTBOOK, List.of(), "untrained"), List.of(),
                new Evaluation(0, 0, 0, List.of(), List.of()),
                new ModelReady.Dataset(0, 0, 0, Optional.of(0), Digests.sha256Hex(new byte[0]), Optional.empty(), List.of(),
                        Optional.empty()),
                selfTest(head), new ModelReady.Software("untrained", "untrained", Optional.empty()), Optional.of(PASSED),
                Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static ModelReady.SelfTest selfTest(Head head) {
        float[] feature = new float[head.dimension()];
        List<Float> probabilities = new ArrayList<>();
        for (float probability : head.probabilities(feature)) {
            probabilities.add(probability);
        }
        byte[] bytes = ByteBuffer.allocate(feature.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).array();
        return new ModelReady.SelfTest(Base64.getEncoder().encodeToString(bytes), List.of(probabilities));
    }
}
