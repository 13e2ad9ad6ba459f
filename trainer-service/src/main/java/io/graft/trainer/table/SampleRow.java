package io.graft.trainer.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.graft.feature.EncodedFeature;
import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * What is kept of a sample, and where its numbers are.
 *
 * @param offset of the record in {@code sample-features} that said so first
 * @param index its own row of the matrix
 * @param views rows of its augmented views, in their order
 */
record SampleRow(long timestampMs, long offset, String label, Optional<Split> split, String sampleSha256, String precision,
        FeatureMatrix matrix, int index, List<Integer> views) {

    /** Whether a feature is of the very sample that this row is of, written again, be it by another backbone. */
    boolean isSameSample(EncodedFeature feature) {
        return timestampMs == feature.timestampMs() && sampleSha256.equals(feature.sampleSha256())
                && label.equals(feature.label().value()) && split.equals(feature.split());
    }

    SampleOrigin origin() {
        return new SampleOrigin(timestampMs, sampleSha256);
    }

    /** The side of a run that it is on. */
    Split side(TaskId task, SampleId id, double validationFraction) {
        return split.orElseGet(() -> Split.ofKey(new SampleKey(task, id), validationFraction));
    }

    /** Its own row of the matrix, then those of its views. */
    IntStream indexes() {
        return IntStream.concat(IntStream.of(index), views.stream().mapToInt(Integer::intValue));
    }

    /** Little-endian float32, [1 + views, dimension]: a copy. */
    ByteBuffer numbers() {
        ByteBuffer numbers = ByteBuffer.allocate((1 + views.size()) * matrix.dimension() * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        indexes().forEach(row -> numbers.put(matrix.row(row)));
        return numbers.flip();
    }
}
