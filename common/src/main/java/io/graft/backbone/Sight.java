package io.graft.backbone;

import java.util.Optional;

import io.graft.sample.SampleContent.Raster;

/** An image as a backbone sees it, and which part of the image that is. The input is shared, not copied. */
public final class Sight {

    private final byte[] input;
    private final Region region;
    private final Optional<Raster> picture;
    private final Region pictureRegion;

    Sight(byte[] input, Region region, Optional<Raster> picture, Region pictureRegion) {
        this.input = input;
        this.region = region;
        this.picture = picture;
        this.pictureRegion = pictureRegion;
    }

    /** The input of {@link BackboneWorker#embedWithMaps}. */
    public byte[] input() {
        return input;
    }

    /** What the input shows, in the pixels of the image. */
    public Region region() {
        return region;
    }

    /** The whole image, made smaller; absent where nobody asked for it. */
    public Optional<Raster> picture() {
        return picture;
    }

    /** What the input shows, in the pixels of the picture. */
    public Region pictureRegion() {
        return pictureRegion;
    }
}
