package io.graft.backbone;

/**
 * A rectangle of an image, in pixels from its upper left corner.
 *
 * @param mirrored whether left and right change places
 */
record Crop(int left, int top, int width, int height, boolean mirrored) {
}
