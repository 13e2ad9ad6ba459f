package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.id.SampleId;
import io.graft.id.TaskId;
import io.graft.sample.SampleKey;

class ViewTest {

    private static final SampleKey KEY = new SampleKey(new TaskId("birds"), new SampleId("wren-1"));

    /** Made once by another program after the same description: views in the log must stay what they are. */
    @Test
    void drawsTheSamePartOnEveryMachine() {
        assertThat(new View(KEY, 1).crop(640, 480)).isEqualTo(new Crop(331, 124, 292, 346, false));
        assertThat(new View(KEY, 2).crop(640, 480)).isEqualTo(new Crop(215, 47, 268, 307, true));
        assertThat(new View(new SampleKey(new TaskId("birds"), new SampleId("owl:2")), 16).crop(375, 500))
                .isEqualTo(new Crop(202, 9, 136, 112, true));
    }

    @Test
    void drawsPartsOfTheStatedSizesAndShapes() {
        // When
        List<Crop> crops = IntStream.rangeClosed(1, 2000).mapToObj(number -> new View(KEY, number).crop(1000, 800)).toList();

        // Then
        for (Crop crop : crops) {
            assertThat(crop.left()).isBetween(0, 1000 - crop.width());
            assertThat(crop.top()).isBetween(0, 800 - crop.height());
            assertThat((double) crop.width() * crop.height() / (1000 * 800)).isBetween(0.0795, 1.0);
            assertThat((double) crop.width() / crop.height()).isBetween(0.745, 1.342);
        }
        assertThat(crops).doesNotHaveDuplicates();
        assertThat(crops.stream().filter(Crop::mirrored).count()).isBetween(900L, 1100L);
        assertThat(crops.stream().mapToDouble(crop -> crop.left() + crop.width() / 2.0).average().orElseThrow())
                .isBetween(490.0, 510.0);
    }

    @ParameterizedTest
    @CsvSource({ "3000000,1, 1499999,0,1,1", "1,3000000, 0,1499999,1,1", "900,100, 383,0,133,100", "100,900, 0,383,100,133" })
    void takesTheMiddleOfAnImageThatIsTooLong(int width, int height, int left, int top, int cropWidth, int cropHeight) {
        // When
        Crop crop = new View(KEY, 1).crop(width, height);

        // Then
        assertThat(crop).isEqualTo(new Crop(left, top, cropWidth, cropHeight, crop.mirrored()));
    }

    @Test
    void countsFromOne() {
        assertThatThrownBy(() -> new View(KEY, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("view number is 0 (expected: at least 1)");
    }
}
