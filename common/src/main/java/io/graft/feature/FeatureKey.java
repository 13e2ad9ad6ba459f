package io.graft.feature;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleKey;

/**
 * The key of a record of {@code sample-features}: {@code task/sampleId} of what the embedder says of a sample, its feature or
 * its deletion, and {@code task/sampleId@backbone} of a further feature, by a backbone that a run has asked for.
 *
 * @param backbone of a further feature; absent: the record says what its sample is
 */
public record FeatureKey(SampleKey sample, Optional<BackboneId> backbone) {

    /** What the embedder says of a sample. */
    public static FeatureKey of(SampleKey sample) {
        return new FeatureKey(sample, Optional.empty());
    }

    /** A further feature. */
    public static FeatureKey further(SampleKey sample, BackboneId backbone) {
        return new FeatureKey(sample, Optional.of(backbone));
    }

    /** Reads a record's key. @throws Problem INVALID when it is absent, not UTF-8 or of neither form */
    public static FeatureKey parse(byte @Nullable [] key) {
        String text = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        int at = text.indexOf('@');
        return key == null || at < 0 ? of(SampleKey.parse(key))
                : further(SampleKey.parse(text.substring(0, at).getBytes(StandardCharsets.UTF_8)),
                        new BackboneId(text.substring(at + 1)));
    }

    public byte[] toBytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return sample + backbone.map(id -> "@" + id).orElse("");
    }
}
