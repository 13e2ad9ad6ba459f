package io.graft.feature;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.graft.id.BackboneId;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * A {@link Feature} whose numbers still lie in the bytes of its record: a reader of many copies them once, to where they stay.
 *
 * @param viewCount augmented views of the sample, whose numbers follow its own
 * @param numbers little-endian float32, [1 + viewCount, dimension], all finite; a window on the record's value
 */
public record EncodedFeature(SampleKey key, long timestampMs, Label label, Optional<Split> split, String sampleSha256,
        BackboneId backbone, String backboneSha256, String precision, int viewCount, ByteBuffer numbers) {

    /** How many numbers it has, and each of its views. */
    public int dimension() {
        return numbers.remaining() / Float.BYTES / (1 + viewCount);
    }

    /** Numbers in little-endian float32, [dimension]: 0 gives its own, from 1 on those of a view. */
    public ByteBuffer row(int index) {
        int rowBytes = dimension() * Float.BYTES;
        return numbers.slice(numbers.position() + index * rowBytes, rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The same with numbers of its own. */
    public Feature toFeature() {
        List<Embedding> rows = IntStream.rangeClosed(0, viewCount).mapToObj(this::embedding).toList();
        return new Feature(key, timestampMs, label, split, sampleSha256, backbone, backboneSha256, precision, rows.get(0),
                rows.subList(1, rows.size()));
    }

    private Embedding embedding(int index) {
        float[] values = new float[dimension()];
        row(index).asFloatBuffer().get(values);
        return new Embedding(values);
    }
}
