package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.graft.problem.Problem;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;
import io.graft.testing.SharedFolder;

class PreprocessingTest {

    private static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);
    private static final List<Float> DEVIATION = List.of(0.229f, 0.224f, 0.225f);

    private final ImageDecoder decoder = new ImageDecoder(1 << 24, 1 << 24);

    @Test
    void keepsTheMiddleOfAnImageOfTheRightSize() {
        // Given
        Pixels image = decoder.decode(DrawnImage.png(DrawnImage.gradient(60, 40, BufferedImage.TYPE_3BYTE_BGR)));
        // When
        byte[] input = new Preprocessing(40, 32, MEAN, DEVIATION).apply(image);
        // Then
        assertThat(input).hasSize(32 * 32 * 3);
        assertThat(input[0] & 0xFF).isEqualTo(DrawnImage.red(14, 60));
        assertThat(input[1] & 0xFF).isEqualTo(DrawnImage.green(4, 40));
        assertThat(input[input.length - 3] & 0xFF).isEqualTo(DrawnImage.red(45, 60));
        assertThat(input[input.length - 2] & 0xFF).isEqualTo(DrawnImage.green(35, 40));
    }

    @Test
    void averagesWhatItMakesSmaller() {
        // Given
        byte[] checkers = new byte[64 * 64 * 3];
        for (int i = 0; i < checkers.length; i++) {
            checkers[i] = (byte) ((i / 3 + i / (64 * 3)) % 2 * 255);
        }
        // When
        byte[] input = new Preprocessing(8, 8, MEAN, DEVIATION).apply(new Pixels(checkers, 64, 64, false));
        // Then
        for (byte value : input) {
            assertThat(value & 0xFF).isBetween(126, 129);
        }
    }

    @ParameterizedTest
    @CsvSource({ "1,1", "1,3000000", "3000000,1", "7,5000", "127,129" })
    void resizesEveryShape(int width, int height) {
        // Given
        byte[] white = new byte[width * height * 3];
        Arrays.fill(white, (byte) 255);
        // When
        byte[] input = new Preprocessing(256, 224, MEAN, DEVIATION).apply(new Pixels(white, width, height, true));
        // Then
        assertThat(input).hasSize(224 * 224 * 3).containsOnly(255);
    }

    @Test
    void resizesAPartAsIfThereWereNothingAroundIt() {
        // Given
        Pixels image = noise(90, 70);
        Preprocessing preprocessing = new Preprocessing(40, 32, MEAN, DEVIATION);
        byte[] cut = new byte[50 * 45 * 3];
        for (int y = 0; y < 45; y++) {
            System.arraycopy(image.bytes(), ((9 + y) * 90 + 11) * 3, cut, y * 50 * 3, 50 * 3);
        }
        // When
        byte[] part = preprocessing.apply(image, new Crop(11, 9, 50, 45, false));
        // Then
        assertThat(part).hasSize(32 * 32 * 3)
                .isEqualTo(preprocessing.apply(new Pixels(cut, 50, 45, false), new Crop(0, 0, 50, 45, false)));
    }

    @Test
    void resizesAWholeSquareAsItDoesWithoutAPart() {
        // Given
        Pixels image = noise(60, 60);
        Preprocessing preprocessing = new Preprocessing(32, 32, MEAN, DEVIATION);
        // When
        byte[] part = preprocessing.apply(image, new Crop(0, 0, 60, 60, false));
        // Then
        assertThat(part).isEqualTo(preprocessing.apply(image));
    }

    @Test
    void mirrorsAPart() {
        // Given
        Pixels image = noise(60, 60);
        Preprocessing preprocessing = new Preprocessing(31, 31, MEAN, DEVIATION);
        byte[] straight = preprocessing.apply(image, new Crop(3, 4, 50, 40, false));
        // When
        byte[] mirrored = preprocessing.apply(image, new Crop(3, 4, 50, 40, true));
        // Then
        for (int i = 0; i < straight.length; i++) {
            int column = i / 3 % 31;
            assertThat(mirrored[i + (30 - 2 * column) * 3]).isEqualTo(straight[i]);
        }
    }

    private static Pixels noise(int width, int height) {
        byte[] bytes = new byte[width * height * 3];
        new Random(7).nextBytes(bytes);
        return new Pixels(bytes, width, height, false);
    }

    @Test
    void isReadFromAWeightsFile() {
        assertThat(Preprocessing.of(metadata(), Map.of())).isEqualTo(new Preprocessing(146, 128, MEAN, DEVIATION));
    }

    @Test
    void takesTheUsualOfImageNetForEachThatNobodySays() {
        assertThat(Preprocessing.of(Map.of(), Map.of())).isEqualTo(new Preprocessing(256, 224, MEAN, DEVIATION));
        assertThat(Preprocessing.of(Map.of("crop", "240", "license", "free"), Map.of("std", "0.5,0.5,0.5")))
                .isEqualTo(new Preprocessing(256, 240, MEAN, List.of(0.5f, 0.5f, 0.5f)));
        assertThat(Preprocessing.of(Map.of("resize", "300"), Map.of("resize", "232")))
                .isEqualTo(new Preprocessing(232, 224, MEAN, DEVIATION));
    }

    @Test
    void refusesMetadataThatBreaksARule() {
        assertRefused("interpolation", "nearest", "preprocessing has interpolation 'nearest' (expected: bilinear-antialias)");
        assertRefused("crop", "200",
                "preprocessing has resize 146 and crop 200 (expected: 1 ≤ crop ≤ resize ≤ 4096)");
        assertRefused("std", "0.2,0,0.2", "preprocessing has std [0.2, 0.0, 0.2] (expected: positive, finite numbers)");
        assertRefused("std", "0.2,NaN,0.2", "preprocessing has std [0.2, NaN, 0.2] (expected: positive, finite numbers)");
        assertRefused("std", "0.2,Infinity,0.2",
                "preprocessing has std [0.2, Infinity, 0.2] (expected: positive, finite numbers)");
        assertRefused("std", "0.2,1e-50,0.2", "preprocessing has std [0.2, 0.0, 0.2] (expected: positive, finite numbers)");
        assertRefused("mean", "0.5,NaN,0.5", "preprocessing has mean [0.5, NaN, 0.5] (expected: finite numbers)");
        assertRefused("mean", "0.5,0.5,1e50", "preprocessing has mean [0.5, 0.5, Infinity] (expected: finite numbers)");
        assertRefused("mean", "0.5,,0.5", "preprocessing has mean '0.5,,0.5' (expected: numbers with commas)");
        assertRefused("resize", "256px", "preprocessing has resize '256px' (expected: a whole number)");
        assertRefused("mean", "0.5", "preprocessing has mean [0.5] and std [0.229, 0.224, 0.225] (expected: 3 numbers each)");
    }

    private static void assertRefused(String key, String value, String sentence) {
        Map<String, String> metadata = metadata();
        metadata.put(key, value);
        assertThatThrownBy(() -> Preprocessing.of(metadata, Map.of())).isInstanceOf(Problem.class).hasMessage(sentence);
    }

    private static Map<String, String> metadata() {
        return new HashMap<>(Map.of("interpolation", "bilinear-antialias", "resize", "146", "crop", "128", "mean",
                "0.485,0.456,0.406", "std", "0.229,0.224,0.225"));
    }

    @ParameterizedTest
    @CsvSource({ "256,224", "146,128" })
    void equalsTheReferenceFromThePixels(int resize, int crop) {
        for (String name : List.of("val_ants_10308379_1b6c72e180", "val_ants_1247887232_edcb61246c",
                "val_ants_170652283_ecdaff5d1a")) {
            // Given
            Path png = SharedFolder.require("golden/preprocess/" + name + ".png");
            byte[] reference = SharedFolder.bytes(reference(name, resize, crop));
            // When
            byte[] input = input(png, ImageFormat.PNG, resize, crop);
            // Then
            assertThat(input).as(name).isEqualTo(reference);
        }
    }

    @ParameterizedTest
    @CsvSource({ "256,224", "146,128" })
    void isNearTheReferenceFromTheJpeg(int resize, int crop) throws Exception {
        List<String> files = Files.readAllLines(SharedFolder.require("golden/preprocess/files.txt"));
        assertThat(files).hasSize(10);
        for (String file : files) {
            // Given
            byte[] reference = SharedFolder
                    .bytes(reference(file.replace('/', '_').replace(".jpg", ""), resize, crop));
            // When
            byte[] input = input(SharedFolder.require("data/hymenoptera/" + file), ImageFormat.JPEG, resize, crop);
            // Then
            int most = 0;
            double sum = 0;
            for (int i = 0; i < input.length; i++) {
                int difference = Math.abs((input[i] & 0xFF) - (reference[i] & 0xFF));
                most = Math.max(most, difference);
                sum += difference;
            }
            assertThat(most).as(file).isLessThanOrEqualTo(25);
            assertThat(sum / input.length).as(file).isLessThanOrEqualTo(0.5);
        }
    }

    private static Path reference(String name, int resize, int crop) {
        return SharedFolder.require("golden/preprocess/" + name + "." + resize + "-" + crop + ".rgb");
    }

    private byte[] input(Path file, ImageFormat format, int resize, int crop) {
        Pixels pixels = decoder.decode(new SampleContent.Image(SharedFolder.bytes(file), format));
        return new Preprocessing(resize, crop, MEAN, DEVIATION).apply(pixels);
    }
}
