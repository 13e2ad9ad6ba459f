package io.graft.backbone;

import java.util.List;

/** What a forward pass gives where maps are wanted. */
public final class MappedFeatures {

    private final float[][] features;
    private final List<FeatureMaps> maps;

    /**
     * @param features of every input, [inputs, dimension]; kept: the caller gives the arrays away
     * @param maps of the inputs that were chosen, in the order of the choice
     */
    public MappedFeatures(float[][] features, List<FeatureMaps> maps) {
        this.features = features;
        this.maps = List.copyOf(maps);
    }

    public float[][] features() {
        return features;
    }

    public List<FeatureMaps> maps() {
        return maps;
    }
}
