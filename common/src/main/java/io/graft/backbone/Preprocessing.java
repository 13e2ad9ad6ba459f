package io.graft.backbone;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.graft.problem.Problem;

/**
 * From decoded pixels to what the network takes, as torchvision does it with Pillow: the shorter side to {@code resize}
 * (bilinear, antialiased), the middle {@code crop} × {@code crop} of it. The program scales to [0, 1], subtracts the mean and
 * divides by the deviation.
 *
 * @param resize pixels of the shorter side
 * @param crop pixels of a side of the input
 * @param mean of red, green and blue in [0, 1]
 * @param deviation of red, green and blue
 */
record Preprocessing(int resize, int crop, List<Float> mean, List<Float> deviation) {

    private static final String INTERPOLATION = "bilinear-antialias";
    private static final int SIDE_MAX = 4096;
    private static final int CHANNELS = 3;

    Preprocessing {
        if (crop < 1 || crop > resize || resize > SIDE_MAX) {
            throw invalid("resize " + resize + " and crop " + crop, "1 ≤ crop ≤ resize ≤ " + SIDE_MAX);
        }
        if (mean.size() != CHANNELS || deviation.size() != CHANNELS) {
            throw invalid("mean " + mean + " and std " + deviation, "3 numbers each");
        }
        if (deviation.stream().anyMatch(value -> !(value > 0))) {
            throw invalid("std " + deviation, "positive numbers");
        }
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    /**
     * From {@code interpolation}, {@code resize}, {@code crop}, {@code mean} and {@code std} in the metadata of a weights file.
     */
    static Preprocessing of(Map<String, String> metadata) {
        String interpolation = metadata.getOrDefault("interpolation", "");
        if (!interpolation.equals(INTERPOLATION)) {
            throw invalid("interpolation '" + interpolation + "'", INTERPOLATION);
        }
        try {
            return new Preprocessing(Integer.parseInt(text(metadata, "resize")), Integer.parseInt(text(metadata, "crop")),
                    numbers(text(metadata, "mean")), numbers(text(metadata, "std")));
        } catch (NumberFormatException e) {
            throw Problem.invalid("PREPROCESSING_INVALID", "preprocessing " + metadata + " has a malformed number", e);
        }
    }

    private static String text(Map<String, String> metadata, String key) {
        String text = metadata.get(key);
        if (text == null) {
            throw invalid("no " + key, "interpolation, resize, crop, mean and std");
        }
        return text;
    }

    private static List<Float> numbers(String text) {
        return Arrays.stream(text.split(",", -1)).map(Float::valueOf).toList();
    }

    private static Problem invalid(String what, String expected) {
        return Problem.invalid("PREPROCESSING_INVALID", "preprocessing has " + what + " (expected: " + expected + ")");
    }

    /** Bytes of an input, [crop, crop, 3]. */
    int sizeBytes() {
        return crop * crop * CHANNELS;
    }

    /** Everything that a feature depends on, numbers in the bits of their float32. */
    String canonical() {
        return INTERPOLATION + "/" + resize + "/" + crop + "/" + bits(mean) + "/" + bits(deviation);
    }

    private static List<String> bits(List<Float> numbers) {
        return numbers.stream().map(number -> Integer.toHexString(Float.floatToIntBits(number))).toList();
    }

    /**
     * Resizes and crops in one: what the crop will drop is not computed.
     *
     * @return red, green, blue, [crop, crop, 3]
     */
    byte[] apply(Pixels image) {
        long width = image.width();
        long height = image.height();
        long shorter = Math.min(width, height);
        BilinearAxis columns = centered(image.width(), resize * width / shorter);
        BilinearAxis rows = centered(image.height(), resize * height / shorter);
        return narrowRows(rows, narrowColumns(image, columns, rows, 0, 0), image.blueFirst());
    }

    /**
     * Resizes a part of the image to the whole input, as if there were nothing around it.
     *
     * @return red, green, blue, [crop, crop, 3]
     */
    byte[] apply(Pixels image, Crop part) {
        BilinearAxis columns = new BilinearAxis(part.width(), crop, 0, crop);
        BilinearAxis rows = new BilinearAxis(part.height(), crop, 0, crop);
        byte[] input = narrowRows(rows, narrowColumns(image, columns, rows, part.left(), part.top()), image.blueFirst());
        if (part.mirrored()) {
            swapLeftAndRight(input);
        }
        return input;
    }

    /** Rounded as Python does, half to even. */
    private BilinearAxis centered(int sourceSize, long targetSize) {
        return new BilinearAxis(sourceSize, targetSize, (long) Math.rint((targetSize - crop) / 2.0), crop);
    }

    /**
     * The source rows that the crop needs, each of {@code crop} pixels, rounded to bytes as Pillow does between its passes.
     *
     * @param left where the axes begin in the image
     * @param top likewise
     */
    private byte[] narrowColumns(Pixels image, BilinearAxis columns, BilinearAxis rows, int left, int top) {
        byte[] source = image.bytes();
        byte[] narrow = new byte[(rows.end() - rows.begin()) * crop * CHANNELS];
        int out = 0;
        for (int y = rows.begin(); y < rows.end(); y++) {
            int row = ((top + y) * image.width() + left) * CHANNELS;
            for (int x = 0; x < crop; x++) {
                int in = row + columns.first(x) * CHANNELS;
                int first = BilinearAxis.HALF;
                int second = BilinearAxis.HALF;
                int third = BilinearAxis.HALF;
                for (int weight : columns.weights(x)) {
                    first += weight * (source[in++] & 0xFF);
                    second += weight * (source[in++] & 0xFF);
                    third += weight * (source[in++] & 0xFF);
                }
                narrow[out++] = (byte) (first >> BilinearAxis.PRECISION_BITS);
                narrow[out++] = (byte) (second >> BilinearAxis.PRECISION_BITS);
                narrow[out++] = (byte) (third >> BilinearAxis.PRECISION_BITS);
            }
        }
        return narrow;
    }

    private byte[] narrowRows(BilinearAxis rows, byte[] narrow, boolean blueFirst) {
        int rowSize = crop * CHANNELS;
        int[] sums = new int[rowSize];
        byte[] input = new byte[crop * rowSize];
        for (int y = 0; y < crop; y++) {
            Arrays.fill(sums, BilinearAxis.HALF);
            int in = (rows.first(y) - rows.begin()) * rowSize;
            for (int weight : rows.weights(y)) {
                for (int i = 0; i < rowSize; i++) {
                    sums[i] += weight * (narrow[in + i] & 0xFF);
                }
                in += rowSize;
            }
            int out = y * rowSize;
            for (int i = 0; i < rowSize; i++) {
                input[out + i] = (byte) (sums[i] >> BilinearAxis.PRECISION_BITS);
            }
        }
        if (blueFirst) {
            swapRedAndBlue(input);
        }
        return input;
    }

    private void swapLeftAndRight(byte[] pixels) {
        for (int y = 0; y < crop; y++) {
            int from = y * crop * CHANNELS;
            int to = from + (crop - 1) * CHANNELS;
            for (; from < to; from += CHANNELS, to -= CHANNELS) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    byte value = pixels[from + channel];
                    pixels[from + channel] = pixels[to + channel];
                    pixels[to + channel] = value;
                }
            }
        }
    }

    private static void swapRedAndBlue(byte[] pixels) {
        for (int i = 0; i < pixels.length; i += CHANNELS) {
            byte blue = pixels[i];
            pixels[i] = pixels[i + 2];
            pixels[i + 2] = blue;
        }
    }
}
