package io.graft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.Test;

class DrawnImagesTest {

    @Test
    void drawsTheSameImagesWhenTheSeedIsTheSame() {
        // Given
        List<LabelledImage> few = new DrawnImages(7).draw(2);
        // When
        List<LabelledImage> more = new DrawnImages(7).draw(3);
        // Then
        for (int i = 0; i < few.size(); i++) {
            assertThat(more.get(i).sampleId()).isEqualTo(few.get(i).sampleId());
            assertThat(more.get(i).bytes()).isEqualTo(few.get(i).bytes());
        }
    }

    @Test
    void drawsEveryImageDifferently() {
        // When
        List<LabelledImage> images = new DrawnImages(7).draw(10);
        images.addAll(new DrawnImages(8).draw(10));
        // Then
        assertThat(images.stream().map(image -> Arrays.hashCode(image.bytes())).distinct()).hasSameSizeAs(images);
    }

    @Test
    void drawsAsManyOfEachLabelWhenAskedFor() {
        // When
        List<LabelledImage> images = new DrawnImages(7).draw(4);
        // Then
        assertThat(images.stream().collect(Collectors.groupingBy(LabelledImage::label, Collectors.counting())))
                .containsOnlyKeys(DrawnImages.labels())
                .allSatisfy((label, count) -> assertThat(count).isEqualTo(4));
        assertThat(DrawnImages.labels()).containsExactly("checker", "dots", "rings", "stars", "stripes", "triangles");
    }

    @Test
    void variesTheSizesOfItsPhotographs() throws IOException {
        // When
        List<LabelledImage> images = new DrawnImages(7).draw(4);
        // Then
        for (LabelledImage image : images) {
            BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(image.bytes()));
            assertThat(decoded.getWidth()).isBetween(140, 189);
            assertThat(decoded.getHeight()).isBetween(110, 149);
        }
    }
}
