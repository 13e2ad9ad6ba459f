package io.graft.sample;

import io.graft.problem.Problem;

/** What a sample shows, before any backbone has looked at it. */
public sealed interface SampleContent {

    /** The kind in the words of the contract: {@code image}, {@code text} or {@code vector}. */
    String kind();

    /** An encoded image, not yet decoded: the bytes are shared, not copied. */
    final class Image implements SampleContent {

        private final byte[] bytes;
        private final ImageFormat format;

        public Image(byte[] bytes, ImageFormat format) {
            this.bytes = bytes;
            this.format = format;
        }

        public byte[] bytes() {
            return bytes;
        }

        public ImageFormat format() {
            return format;
        }

        @Override
        public String kind() {
            return "image";
        }
    }

    /** An image that is decoded already: red, green and blue of each pixel, row by row. The bytes are shared, not copied. */
    final class Raster implements SampleContent {

        private final byte[] bytes;
        private final int width;
        private final int height;

        /** @throws Problem INVALID unless there are three bytes for each pixel */
        public Raster(byte[] bytes, int width, int height) {
            if (width < 1 || height < 1 || bytes.length != 3L * width * height) {
                throw Problem.invalid("SAMPLE_IMAGE_INVALID",
                        "image of " + width + " × " + height + " pixels has " + bytes.length
                                + " bytes (expected: three for each pixel)");
            }
            this.bytes = bytes;
            this.width = width;
            this.height = height;
        }

        public byte[] bytes() {
            return bytes;
        }

        public int width() {
            return width;
        }

        public int height() {
            return height;
        }

        @Override
        public String kind() {
            return "image";
        }
    }

    /** Words: not blank, and up to {@value #LENGTH_MAX} UTF-16 units. */
    record Text(String text) implements SampleContent {

        public static final int LENGTH_MAX = 100_000;

        /** @throws Problem INVALID for a text that is blank or too long */
        public Text {
            if (text.isBlank()) {
                throw Problem.invalid("SAMPLE_TEXT_INVALID", "text is blank (expected: at least one word)");
            }
            if (text.length() > LENGTH_MAX) {
                throw Problem.invalid("SAMPLE_TEXT_INVALID",
                        "text has " + text.length() + " characters (expected: at most " + LENGTH_MAX + ")");
            }
        }

        @Override
        public String kind() {
            return "text";
        }
    }

    /** An embedding made elsewhere: 1 to {@value #LENGTH_MAX} finite numbers. */
    final class Vector implements SampleContent {

        public static final int LENGTH_MAX = 65_536;

        private final float[] values;

        /** Keeps the array: the caller gives it away. */
        public Vector(float[] values) {
            if (values.length == 0 || values.length > LENGTH_MAX) {
                throw Problem.invalid("SAMPLE_VECTOR_INVALID",
                        "vector has " + values.length + " numbers (expected: 1 to " + LENGTH_MAX + ")");
            }
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    throw Problem.invalid("SAMPLE_VECTOR_INVALID",
                            "vector[" + i + "] is " + values[i] + " (expected: a finite number)");
                }
            }
            this.values = values;
        }

        public float[] values() {
            return values;
        }

        @Override
        public String kind() {
            return "vector";
        }
    }
}
