package io.graft.backbone;

/** A decoded image: three bytes a pixel, row by row. The array is shared, not copied. */
final class Pixels {

    private final byte[] bytes;
    private final int width;
    private final int height;
    private final boolean blueFirst;

    Pixels(byte[] bytes, int width, int height, boolean blueFirst) {
        this.bytes = bytes;
        this.width = width;
        this.height = height;
        this.blueFirst = blueFirst;
    }

    byte[] bytes() {
        return bytes;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Whether a pixel's bytes are blue, green, red, as ImageIO's usual image has them. */
    boolean blueFirst() {
        return blueFirst;
    }
}
