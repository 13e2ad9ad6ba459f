package io.graft.inference;

import java.util.List;
import java.util.Map;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.head.Head;
import io.graft.sample.SampleContent;

/** A head over features of texts, made by hand: the label whose text is nearest. */
final class NearestText {

    /** Makes the probabilities of features of length 1 decided. */
    private static final float SHARPNESS = 20;

    private NearestText() {
    }

    /** @param texts by label */
    static Head head(Backbone backbone, Map<String, String> texts) {
        List<String> labels = texts.keySet().stream().sorted().toList();
        int dimension = backbone.descriptor().dimension();
        float[] weight = new float[labels.size() * dimension];
        try (BackboneWorker worker = backbone.openWorker(1)) {
            for (int row = 0; row < labels.size(); row++) {
                SampleContent text = new SampleContent.Text(texts.get(labels.get(row)));
                float[] feature = worker.embed(List.of(backbone.prepare(text)))[0];
                for (int d = 0; d < dimension; d++) {
                    weight[row * dimension + d] = SHARPNESS * feature[d];
                }
            }
        }
        return new Head(labels, dimension, weight, new float[labels.size()]);
    }
}
