package io.graft.feature;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.sample.Label;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * A {@link Feature} whose numbers still lie in the bytes of its record: a reader of many copies them once, to where they stay.
 *
 * @param numbers little-endian float32, [dimension], all finite; a view of the record's value
 */
public record EncodedFeature(SampleKey key, long timestampMs, Label label, Optional<Split> split, String sampleSha256,
        BackboneId backbone, String backboneSha256, String precision, ByteBuffer numbers) {

    /** How many numbers it has. */
    public int dimension() {
        return numbers.remaining() / Float.BYTES;
    }

    /** The same with numbers of its own. */
    public Feature toFeature() {
        float[] values = new float[dimension()];
        numbers.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return new Feature(key, timestampMs, label, split, sampleSha256, backbone, backboneSha256, precision,
                new Embedding(values));
    }
}
