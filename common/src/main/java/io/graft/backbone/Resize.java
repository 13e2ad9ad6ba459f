package io.graft.backbone;

import java.util.Arrays;

/** Resizes in two passes as Pillow does, first across, then down. What no axis asks for is not computed. */
record Resize(BilinearAxis columns, BilinearAxis rows) {

    private static final int CHANNELS = 3;

    /** A whole image, smaller where its longer side has more than {@code sideMax} pixels. */
    static Resize within(Pixels image, int sideMax) {
        double scale = Math.min(1, (double) sideMax / Math.max(image.width(), image.height()));
        return new Resize(axis(image.width(), scale), axis(image.height(), scale));
    }

    private static BilinearAxis axis(int size, double scale) {
        int target = Math.max(1, (int) Math.rint(size * scale));
        return new BilinearAxis(size, target, 0, target);
    }

    /**
     * Resizes the part of an image that begins where it is told.
     *
     * @param left where the axes begin in the image
     * @param top likewise
     * @return red, green, blue, [rows, columns, 3]
     */
    byte[] apply(Pixels image, int left, int top) {
        byte[] resized = narrowRows(narrowColumns(image, left, top));
        if (image.blueFirst()) {
            swapRedAndBlue(resized);
        }
        return resized;
    }

    /** The source rows that are needed, each as long as it will be, rounded to bytes as Pillow does between its passes. */
    private byte[] narrowColumns(Pixels image, int left, int top) {
        byte[] source = image.bytes();
        int count = columns.count();
        byte[] narrow = new byte[Math.multiplyExact(rows.end() - rows.begin(), count * CHANNELS)];
        int out = 0;
        for (int y = rows.begin(); y < rows.end(); y++) {
            int row = ((top + y) * image.width() + left) * CHANNELS;
            for (int x = 0; x < count; x++) {
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

    private byte[] narrowRows(byte[] narrow) {
        int rowSize = columns.count() * CHANNELS;
        int[] sums = new int[rowSize];
        byte[] resized = new byte[rows.count() * rowSize];
        for (int y = 0; y < rows.count(); y++) {
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
                resized[out + i] = (byte) (sums[i] >> BilinearAxis.PRECISION_BITS);
            }
        }
        return resized;
    }

    private static void swapRedAndBlue(byte[] pixels) {
        for (int i = 0; i < pixels.length; i += CHANNELS) {
            byte blue = pixels[i];
            pixels[i] = pixels[i + 2];
            pixels[i + 2] = blue;
        }
    }
}
