package io.graft.backbone;

import java.nio.file.Path;
import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;

/**
 * How the image backbone is opened.
 *
 * @param id its name in requests and events
 * @param weights a safetensors file; absent: the one in this jar
 * @param sha256 of that file, 64 hex digits; absent: not checked
 * @param precision {@code auto}, {@code float32}, {@code bfloat16} or {@code float16}
 * @param device {@code auto}, {@code cpu} or {@code gpu}
 * @param imageBytesMax of an encoded image
 * @param imagePixelsMax width × height of an image; one is decoded at 3 bytes a pixel (6 where a PNG has 16 bits) on each
 *        thread
 */
public record BackboneConfig(BackboneId id, Optional<Path> weights, Optional<String> sha256, String precision, String device,
        int imageBytesMax, int imagePixelsMax) {

    /** As long as a Kafka message usually may be at most, and longer than photographs are. */
    public static final int IMAGE_BYTES_MAX = 16 << 20;
    /** A 24 megapixel camera's: 75 MB a thread. A larger photograph tells the network, which sees 224 pixels, nothing more. */
    public static final int IMAGE_PIXELS_MAX = 25_000_000;

    /** The backbone in this jar. */
    public static final BackboneConfig BUNDLED = new BackboneConfig(new BackboneId("resnet18"), Optional.empty(),
            Optional.empty(), Placement.AUTO, Placement.AUTO, IMAGE_BYTES_MAX, IMAGE_PIXELS_MAX);

    /** The longest Java array, in pixels of 3 bytes. */
    private static final int PIXELS_LIMIT = (Integer.MAX_VALUE - 8) / 3;

    public BackboneConfig {
        if (imageBytesMax < 1) {
            throw invalid("imageBytesMax is " + imageBytesMax + " (expected: at least 1)");
        }
        if (imagePixelsMax < 1 || imagePixelsMax > PIXELS_LIMIT) {
            throw invalid("imagePixelsMax is " + imagePixelsMax + " (expected: 1 to " + PIXELS_LIMIT + ")");
        }
        if (id.equals(VectorBackbone.ID)) {
            throw invalid("id is 'vector' (expected: another, this one is the identity's)");
        }
    }

    private static Problem invalid(String what) {
        return Problem.invalid("BACKBONE_CONFIG_INVALID", "backbone " + what);
    }
}
