package io.graft.inference;

import java.util.List;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.head.Head;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;

/** A head made by hand: the nearer mean of a few drawings wins. */
final class NearestMean {

    private static final int DRAWINGS_PER_LABEL = 8;

    private NearestMean() {
    }

    static Head head(Backbone backbone, String discLabel, String stripesLabel) {
        int dimension = backbone.descriptor().dimension();
        float[] weight = new float[2 * dimension];
        float[] bias = new float[2];
        for (int seed = 0; seed < DRAWINGS_PER_LABEL; seed++) {
            for (int row = 0; row < 2; row++) {
                float[] feature = feature(backbone, Drawings.png(row == 0 ? Drawings.DISC : Drawings.STRIPES, seed));
                for (int i = 0; i < dimension; i++) {
                    weight[row * dimension + i] += feature[i] / DRAWINGS_PER_LABEL;
                }
            }
        }
        for (int i = 0; i < weight.length; i++) {
            bias[i / dimension] -= weight[i] * weight[i] / 2;
        }
        return new Head(List.of(discLabel, stripesLabel), dimension, weight, bias);
    }

    static float[] feature(Backbone backbone, byte[] png) {
        try (BackboneWorker worker = backbone.openWorker(1)) {
            return worker.embed(List.of(backbone.prepare(new SampleContent.Image(png, ImageFormat.PNG))))[0];
        }
    }
}
