package io.graft.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.graft.backbone.Backbone;
import io.graft.backbone.BackboneWorker;
import io.graft.backbone.Backbones;
import io.graft.backbone.BackbonesConfig;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;
import io.graft.testing.DrawnImages;

/** A comparison means something only where both sides compute the same. */
class PlainResNetTest {

    @Test
    void computesTheFeaturesOfTheBackbone() throws Exception {
        try (Backbones backbones = Backbones.open(BackbonesConfig.BUNDLED); PlainResNet plain = new PlainResNet()) {
            // Given
            Backbone backbone = backbones.image();
            List<byte[]> inputs = new DrawnImages(2).draw(1).stream()
                    .map(image -> backbone.prepare(new SampleContent.Image(image.bytes(), ImageFormat.JPEG))).toList();
            try (BackboneWorker worker = backbone.openWorker(inputs.size())) {
                // When
                float[] usual = plain.forward(plain.normalize(inputs), inputs.size());
                float[][] graft = worker.embed(inputs);
                // Then
                assertThat(usual).hasSize(inputs.size() * backbone.descriptor().dimension());
                for (int row = 0; row < graft.length; row++) {
                    assertThat(cosine(graft[row], usual, row * graft[row].length)).isCloseTo(1, within(5e-4));
                }
            }
        }
    }

    @Test
    void decodesEncodedImagesAsDjlDoes() throws Exception {
        try (Backbones backbones = Backbones.open(BackbonesConfig.BUNDLED); PlainResNet plain = new PlainResNet()) {
            // Given
            List<SampleContent.Image> images = new DrawnImages(2).draw(1).stream()
                    .map(image -> new SampleContent.Image(image.bytes(), ImageFormat.JPEG)).toList();
            // When
            float[] decodedByDjl = plain.forward(images);
            // Then DJL's resizing is another one, so the features are only similar
            float[] decodedByGraft = plain.forward(plain.normalize(images.stream().map(backbones.image()::prepare).toList()),
                    images.size());
            assertThat(cosine(decodedByDjl, decodedByGraft, 0)).isGreaterThan(0.95);
        }
    }

    private static double cosine(float[] a, float[] b, int offset) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[offset + i];
            aa += (double) a[i] * a[i];
            bb += (double) b[offset + i] * b[offset + i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}
