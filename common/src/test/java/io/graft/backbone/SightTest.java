package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.OptionalInt;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.graft.sample.SampleContent;
import io.graft.sample.SampleContent.Raster;

/** The bundled backbone resizes the shorter side to 146 pixels and sees the middle 128 × 128 of them. */
class SightTest {

    private static Backbones backbones;

    @BeforeAll
    static void open() {
        backbones = Backbones.open(BackbonesConfig.BUNDLED);
    }

    @AfterAll
    static void close() {
        backbones.close();
    }

    @Test
    void saysWhichPartOfTheImageIsSeen() {
        // Given
        SampleContent wide = new Raster(new byte[292 * 146 * 3], 292, 146);
        SampleContent tall = new Raster(new byte[73 * 292 * 3], 73, 292);
        // When
        Sight across = backbones.image().see(wide, OptionalInt.empty());
        Sight down = backbones.image().see(tall, OptionalInt.empty());
        // Then
        assertThat(across.region()).isEqualTo(new Region(82, 9, 128, 128));
        assertThat(down.region()).isEqualTo(new Region(4.5, 114, 64, 64));
        assertThat(across.input()).isEqualTo(backbones.image().prepare(wide));
        assertThat(across.picture()).isEmpty();
    }

    @Test
    void keepsAPictureNoLargerThanAskedFor() {
        // Given
        SampleContent photo = DrawnImage.jpeg(DrawnImage.gradient(300, 200, BufferedImage.TYPE_3BYTE_BGR));
        // When
        Sight sight = backbones.image().see(photo, OptionalInt.of(150));
        Raster picture = sight.picture().orElseThrow();
        // Then
        assertThat(picture.width()).isEqualTo(150);
        assertThat(picture.height()).isEqualTo(100);
        assertThat(sight.pictureRegion()).isEqualTo(sight.region().scaled(0.5, 0.5));
        assertThat(sight.input()).isEqualTo(backbones.image().prepare(photo));
    }

    @Test
    void leavesASmallPictureAsItIs() {
        // Given
        byte[] pixels = { 1, 2, 3, 40, 50, 60, 7, 8, 9, 100, 110, 120, (byte) 255, 0, 17, 5, 6, 7 };
        // When
        Raster picture = backbones.image().see(new Raster(pixels, 3, 2), OptionalInt.of(1024)).picture().orElseThrow();
        // Then
        assertThat(picture.bytes()).isEqualTo(pixels);
        assertThat(picture.width()).isEqualTo(3);
    }

    @Test
    void isNotHadOfAVector() {
        // Given
        SampleContent vector = new SampleContent.Vector(new float[3]);
        Backbone identity = backbones.forContent(vector);
        // Then
        assertThat(identity.hasMaps()).isFalse();
        assertThatThrownBy(() -> identity.see(vector, OptionalInt.empty())).hasMessage("backbone 'vector' has no maps");
    }
}
