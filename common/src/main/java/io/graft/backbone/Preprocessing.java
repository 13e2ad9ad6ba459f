package io.graft.backbone;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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
    /** What torchvision's weights of ImageNet were trained with. */
    private static final Map<String, String> IMAGENET = Map.of("interpolation", INTERPOLATION, "resize", "256", "crop", "224",
            "mean", "0.485,0.456,0.406", "std", "0.229,0.224,0.225");
    /** What describes one. */
    static final Set<String> KEYS = IMAGENET.keySet();

    private static final int SIDE_MAX = 4096;
    private static final int CHANNELS = 3;

    Preprocessing {
        if (crop < 1 || crop > resize || resize > SIDE_MAX) {
            throw invalid("resize " + resize + " and crop " + crop, "1 ≤ crop ≤ resize ≤ " + SIDE_MAX);
        }
        if (mean.size() != CHANNELS || deviation.size() != CHANNELS) {
            throw invalid("mean " + mean + " and std " + deviation, "3 numbers each");
        }
        if (!mean.stream().allMatch(Float::isFinite)) {
            throw invalid("mean " + mean, "finite numbers");
        }
        if (!deviation.stream().allMatch(value -> value > 0 && Float.isFinite(value))) {
            throw invalid("std " + deviation, "positive, finite numbers");
        }
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    /**
     * From {@code interpolation}, {@code resize}, {@code crop}, {@code mean} and {@code std}.
     *
     * @param metadata of the weights file; each that it does not say is torchvision's usual one for ImageNet
     * @param declared by the configuration: each counts more than what the file says
     */
    static Preprocessing of(Map<String, String> metadata, Map<String, String> declared) {
        Map<String, String> all = new HashMap<>(IMAGENET);
        all.putAll(metadata);
        all.putAll(declared);
        return of(all);
    }

    private static Preprocessing of(Map<String, String> all) {
        String interpolation = text(all, "interpolation");
        if (!interpolation.equals(INTERPOLATION)) {
            throw invalid("interpolation '" + interpolation + "'", INTERPOLATION);
        }
        return new Preprocessing(pixels(all, "resize"), pixels(all, "crop"), numbers(all, "mean"), numbers(all, "std"));
    }

    /** Every key has a default. */
    private static String text(Map<String, String> all, String key) {
        return Objects.requireNonNull(all.get(key), key);
    }

    private static int pixels(Map<String, String> all, String key) {
        String text = text(all, key);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw invalid(key + " '" + text + "'", "a whole number");
        }
    }

    private static List<Float> numbers(Map<String, String> all, String key) {
        String text = text(all, key);
        try {
            return Arrays.stream(text.split(",", -1)).map(Float::valueOf).toList();
        } catch (NumberFormatException e) {
            throw invalid(key + " '" + text + "'", "numbers with commas");
        }
    }

    private static Problem invalid(String what, String expected) {
        return Problem.invalid("PREPROCESSING_INVALID", "preprocessing has " + what + " (expected: " + expected + ")");
    }

    /** (byte / 255 - mean) / deviation is byte × scale + shift: these two, [3, 1, 1] each. */
    List<TorchValue> normalization(TorchScope scope) {
        float[] scale = new float[CHANNELS];
        float[] shift = new float[CHANNELS];
        for (int i = 0; i < CHANNELS; i++) {
            scale[i] = (float) (1 / (255.0 * deviation.get(i)));
            shift[i] = -mean.get(i) / deviation.get(i);
        }
        return List.of(scope.float32(scale, CHANNELS, 1, 1), scope.float32(shift, CHANNELS, 1, 1));
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
        long columns = resized(image.width(), image);
        long rows = resized(image.height(), image);
        return new Resize(new BilinearAxis(image.width(), columns, margin(columns), crop),
                new BilinearAxis(image.height(), rows, margin(rows), crop)).apply(image, 0, 0);
    }

    /** The part of the image that {@link #apply(Pixels)} shows. */
    Region region(Pixels image) {
        long columns = resized(image.width(), image);
        long rows = resized(image.height(), image);
        double across = (double) image.width() / columns;
        double down = (double) image.height() / rows;
        return new Region(margin(columns) * across, margin(rows) * down, crop * across, crop * down);
    }

    /**
     * Resizes a part of the image to the whole input, as if there were nothing around it.
     *
     * @return red, green, blue, [crop, crop, 3]
     */
    byte[] apply(Pixels image, Crop part) {
        byte[] input = new Resize(new BilinearAxis(part.width(), crop, 0, crop),
                new BilinearAxis(part.height(), crop, 0, crop)).apply(image, part.left(), part.top());
        if (part.mirrored()) {
            swapLeftAndRight(input);
        }
        return input;
    }

    /** What a side becomes when the shorter one becomes {@code resize}. */
    private long resized(long side, Pixels image) {
        return resize * side / Math.min(image.width(), image.height());
    }

    /** Pixels before the crop, rounded as Python does, half to even. */
    private long margin(long resized) {
        return (long) Math.rint((resized - crop) / 2.0);
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
}
