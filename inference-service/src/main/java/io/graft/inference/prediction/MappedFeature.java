package io.graft.inference.prediction;

import io.graft.backbone.FeatureMaps;

/** A feature with the maps whose means it is. The array is shared, not copied. */
final class MappedFeature {

    private final float[] feature;
    private final FeatureMaps maps;

    MappedFeature(float[] feature, FeatureMaps maps) {
        this.feature = feature;
        this.maps = maps;
    }

    float[] feature() {
        return feature;
    }

    FeatureMaps maps() {
        return maps;
    }
}
