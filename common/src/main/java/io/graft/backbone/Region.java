package io.graft.backbone;

/**
 * A part of an image, in its pixels as they are stored, from the upper left corner of the image. The edges need not fall
 * between two pixels.
 */
public record Region(double x, double y, double width, double height) {

    /** The same part of the image in another size. */
    public Region scaled(double across, double down) {
        return new Region(x * across, y * down, width * across, height * down);
    }
}
