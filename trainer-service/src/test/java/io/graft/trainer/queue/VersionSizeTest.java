package io.graft.trainer.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.digest.Digests;
import io.graft.event.Json;
import io.graft.head.Head;
import io.graft.head.HeadCodec;
import io.graft.id.BackboneId;
import io.graft.id.ModelVersion;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.id.TrainRequestId;
import io.graft.id.TrainingRunId;
import io.graft.model.EpochResult;
import io.graft.model.Evaluation;
import io.graft.model.FeatureStatistics;
import io.graft.model.ModelReady;
import io.graft.model.ModelReady.BackboneReference;
import io.graft.model.ModelReady.Dataset;
import io.graft.model.ModelReady.HeadArtifact;
import io.graft.model.ModelReady.SelfTest;
import io.graft.model.ModelReady.Software;
import io.graft.model.ModelReady.TailArtifact;
import io.graft.model.ModelReady.TailProbe;
import io.graft.model.Recipe;
import io.graft.model.SampleSketch;
import io.graft.model.TrainedRecipe;
import io.graft.tail.Depth;

/** Whether an event is never larger than what was said before it was there, nor that much larger than the event. */
class VersionSizeTest {

    private static final int FILE_BYTES = 1_000_000;
    private static final double LONG_NUMBER = 1e-5 / 3;

    @ParameterizedTest
    @CsvSource({ "2, 512, 40, 25", "180, 2048, 3000, 100", "1000, 512, 100000, 10" })
    void saysHowLargeAnEventBecomesAtMost(int labelCount, int dimension, int validationCount, int epochCount) {
        // Given
        Head head = new Head(
                IntStream.range(0, labelCount).mapToObj(label -> "ein Vogel, nämlich \"Nr. " + label + "\"").toList(),
                dimension, new float[labelCount * dimension], new float[labelCount]);

        // When
        long said = new VersionSize(head, validationCount, epochCount).eventBytesMax(FILE_BYTES);

        // Then
        int size = Json.write(event(head, validationCount, epochCount)).length;
        assertThat(said).isBetween((long) size, size + 300_000L + 10L * validationCount);
    }

    private static ModelReady event(Head head, int validationCount, int epochCount) {
        byte[] file = HeadCodec.encode(head);
        float[] numbers = new float[head.dimension()];
        Arrays.fill(numbers, 1 / 3f);
        Instant at = Instant.parse("2026-01-01T12:00:00.123456789Z");
        String digest = Digests.sha256Hex(file);
        Optional<Double> number = Optional.of(LONG_NUMBER);
        return new ModelReady(new TaskId("birds"), new ModelVersion(1), new TrainingRunId("run"), new TrainRequestId("request"),
                at, Optional.empty(), at,
                new BackboneReference(new BackboneId("resnet50"), digest, head.dimension(), "float32"),
                head.labels(), new HeadArtifact("safetensors", digest, file.length, base64(file.length)),
                new TrainedRecipe(Recipe.DEFAULT, List.of(), "a test"),
                IntStream.rangeClosed(1, epochCount)
                        .mapToObj(epoch -> new EpochResult(epoch, LONG_NUMBER, LONG_NUMBER, LONG_NUMBER, number, number))
                        .toList(),
                new Evaluation(validationCount, LONG_NUMBER, Optional.empty(), LONG_NUMBER, number, number,
                        head.labels().stream()
                                .map(label -> new Evaluation.LabelEvaluation(label, LONG_NUMBER, LONG_NUMBER, LONG_NUMBER,
                                        validationCount))
                                .toList(),
                        confusion(head.labels().size(), validationCount), List.of()),
                new Dataset(validationCount, validationCount, validationCount, Optional.of(0), digest, number, List.of(),
                        Optional.of(SampleSketch.of(IntStream.range(0, validationCount)
                                .mapToObj(sample -> new SampleId("sample-" + sample)).toList()))),
                new SelfTest(base64(4 * Float.BYTES * head.dimension()),
                        Collections.nCopies(4, Collections.nCopies(head.labels().size(), 1e-10f / 3))),
                new Software("test", "none", Optional.empty()), Optional.empty(),
                Optional.of(FeatureStatistics.of(numbers, numbers)), Optional.empty(),
                Optional.of(new TailArtifact("safetensors", Depth.LAST_BLOCK, digest, FILE_BYTES,
                        Optional.of(base64(FILE_BYTES)), Optional.empty(),
                        new TailProbe(7, base64(Float.BYTES * head.dimension())))));
    }

    private static String base64(int byteCount) {
        return Base64.getEncoder().encodeToString(new byte[byteCount]);
    }

    private static List<List<Integer>> confusion(int labelCount, int validationCount) {
        int[][] counts = new int[labelCount][labelCount];
        Random random = new Random(5);
        for (int sample = 0; sample < validationCount; sample++) {
            counts[random.nextInt(labelCount)][random.nextInt(labelCount)]++;
        }
        return Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList();
    }
}
