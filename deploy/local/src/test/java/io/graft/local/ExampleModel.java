package io.graft.local;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import io.graft.event.Digests;
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

/** A model of vectors that a replica accepts, with a head that nobody trained. */
final class ExampleModel {

    private static final List<String> LABELS = List.of("ants", "bees");

    private ExampleModel() {
    }

    static ModelReady of(TaskId task, ModelVersion version, int dimension) {
        float[] weight = new float[LABELS.size() * dimension];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (i % 7 - 3) / 10f;
        }
        Head head = new Head(LABELS, dimension, weight, new float[LABELS.size()]);
        byte[] file = HeadCodec.encode(head);
        String backboneSha256 = Digests
                .sha256Hex(("vector/" + dimension + "/float32").getBytes(StandardCharsets.UTF_8));
        Instant at = Instant.parse("2026-01-01T12:00:00Z");
        return new ModelReady(task, version, new TrainingRunId("example"), new TrainRequestId("example"), at,
                Optional.empty(), at,
                new ModelReady.BackboneReference(new BackboneId("vector"), backboneSha256, dimension, "float32"), LABELS,
                new ModelReady.HeadArtifact(ModelReady.HeadArtifact.SAFETENSORS, Digests.sha256Hex(file), file.length,
                        Base64.getEncoder().encodeToString(file)),
                new TrainedRecipe(Recipe.TEXTBOOK, List.of(), "example"), List.of(),
                new Evaluation(0, 0, 0, List.of(), List.of()),
                new ModelReady.Dataset(0, 0, 0, Optional.of(0), Digests.sha256Hex(new byte[0]), Optional.empty(), List.of(),
                        Optional.empty()),
                selfTest(head), new ModelReady.Software("example", "example", Optional.empty()), Optional.empty(),
                Optional.empty(), Optional.empty());
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
