package io.graft.inference.explanation;

import java.util.List;

import io.graft.backbone.FeatureMaps;
import io.graft.backbone.Region;
import io.graft.head.Head;

/**
 * Where in the image a label's logit comes from.
 *
 * @param method {@value #METHOD}, a class activation map
 * @param label whose
 * @param values [rows, columns]: what a place contributes to the label's logit; their mean and the bias add up to it
 * @param bias the label's, which no place contributes
 * @param region the part of the image that the rows and columns divide evenly
 */
public record Explanation(String method, String label, int rows, int columns, List<List<Float>> values, float bias,
        Region region) {

    public static final String METHOD = "cam";

    /**
     * Explains one label of a head.
     *
     * @param label row of the head
     */
    public static Explanation of(FeatureMaps maps, Head head, int label, Region region) {
        ActivationMap map = ActivationMap.of(maps, head, label);
        return new Explanation(METHOD, head.labels().get(label), map.rows(), map.columns(), map.values(), head.bias()[label],
                region);
    }

    /** The values for themselves. */
    public ActivationMap map() {
        return new ActivationMap(values);
    }
}
