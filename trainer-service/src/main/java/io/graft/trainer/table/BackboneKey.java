package io.graft.trainer.table;

import java.util.function.Predicate;

import io.graft.backbone.BackboneDescriptor;
import io.graft.backbone.Backbones;
import io.graft.feature.EncodedFeature;
import io.graft.id.BackboneId;
import io.graft.model.ModelReady.BackboneReference;

/**
 * Whose features a matrix holds: those of different backbones never mix.
 *
 * @param dimension numbers in a feature
 */
public record BackboneKey(String sha256, BackboneId id, int dimension) {

    /** Whether a backbone is among these; of one that is not open yet, whose digest is unknown, the name decides. */
    public static Predicate<BackboneKey> in(Backbones backbones) {
        return key -> backbones.knows(key.sha256, key.dimension)
                || (backbones.isConfigured(key.id) && backbones.descriptor(key.id).isEmpty());
    }

    public static BackboneKey of(BackboneDescriptor descriptor) {
        return new BackboneKey(descriptor.sha256(), descriptor.id(), descriptor.dimension());
    }

    /** What a version says that it was made by. */
    public static BackboneKey of(BackboneReference reference) {
        return new BackboneKey(reference.sha256(), reference.id(), reference.dimension());
    }

    static BackboneKey of(EncodedFeature feature) {
        return new BackboneKey(feature.backboneSha256(), feature.backbone(), feature.dimension());
    }

    /** The id and the beginning of the digest, for sentences. */
    @Override
    public String toString() {
        return "'" + id + "' (" + sha256.substring(0, Math.min(8, sha256.length())) + ")";
    }
}
