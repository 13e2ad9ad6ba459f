package io.graft.local;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;

import javax.imageio.ImageIO;

import io.graft.id.TaskId;

/**
 * The other side of the comparison: an image as its own pixels, 32 × 32 × 3 numbers from 0 to 1, sent as a vector that somebody
 * embedded elsewhere. What a head makes of these is what it knows without a backbone.
 */
final class RawPixels {

    private static final int SIDE = 32;

    private RawPixels() {
    }

    /** The same images, under a task of their own. */
    static DemoSet of(DemoSet images) {
        return new DemoSet(new TaskId(images.task() + "-pixels"), of(images.training()), of(images.heldOut()));
    }

    private static List<DemoImage> of(List<DemoImage> images) {
        return images.stream().map(image -> new DemoImage(image.sampleId(), image.name(), image.label(),
                "application/json", () -> json(image.source().read()))).toList();
    }

    /** {@code {"vector": […]}} with the rows from the top, red, green and blue of each pixel in turn. */
    static byte[] json(byte[] encodedImage) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(encodedImage));
        if (image == null) {
            throw new IOException("not an image");
        }
        BufferedImage small = shrink(image);
        StringJoiner numbers = new StringJoiner(",", "{\"vector\":[", "]}");
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int rgb = small.getRGB(x, y);
                for (int shift = 16; shift >= 0; shift -= 8) {
                    numbers.add(Double.toString(Math.round((rgb >> shift & 0xFF) / 0.255) / 1000.0));
                }
            }
        }
        return numbers.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** In halves, so that every pixel of the original counts: a bilinear look-up sees only four. */
    private static BufferedImage shrink(BufferedImage image) {
        BufferedImage current = image;
        do {
            int width = Math.max(SIDE, current.getWidth() / 2);
            int height = Math.max(SIDE, current.getHeight() / 2);
            BufferedImage next = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            Graphics2D pen = next.createGraphics();
            pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            pen.drawImage(current, 0, 0, width, height, null);
            pen.dispose();
            current = next;
        } while (current.getWidth() != SIDE || current.getHeight() != SIDE);
        return current;
    }
}
