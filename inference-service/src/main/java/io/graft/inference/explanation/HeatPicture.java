package io.graft.inference.explanation;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

import io.graft.backbone.Region;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent.Raster;

/**
 * An activation map over its image. What speaks for the label is colored, the more the denser, from nothing up to the largest
 * contribution of this map; what speaks against it is left as it is; what the backbone did not see is darker.
 */
public final class HeatPicture {

    /** How much of the image the color of the largest contribution hides. */
    private static final double OPACITY_MAX = 0.7;
    private static final double UNSEEN_BRIGHTNESS = 0.4;

    private HeatPicture() {
    }

    /**
     * Draws.
     *
     * @param region of the picture that the map divides
     * @return a PNG of the picture's size
     */
    public static byte[] png(Raster picture, ActivationMap map, Region region) {
        BufferedImage drawn = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        int[] row = new int[picture.width()];
        float largest = map.largest();
        for (int y = 0; y < picture.height(); y++) {
            double down = (y + 0.5 - region.y()) / region.height();
            for (int x = 0; x < row.length; x++) {
                double across = (x + 0.5 - region.x()) / region.width();
                int color = color(picture.bytes(), (y * row.length + x) * 3);
                row[x] = across < 0 || across > 1 || down < 0 || down > 1 ? mixed(0, color, UNSEEN_BRIGHTNESS)
                        : heated(color, largest > 0 ? map.at(across, down) / largest : 0);
            }
            drawn.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return encoded(drawn);
    }

    private static int heated(int color, double share) {
        return share <= 0 ? color : mixed(color, HeatColors.rgb(share), OPACITY_MAX * Math.min(share, 1));
    }

    private static int color(byte[] rgb, int at) {
        return (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | (rgb[at + 2] & 0xFF);
    }

    private static int mixed(int below, int above, double share) {
        return channel(below, above, share, 16) | channel(below, above, share, 8) | channel(below, above, share, 0);
    }

    private static int channel(int below, int above, double share, int shift) {
        int from = (below >> shift) & 0xFF;
        int to = (above >> shift) & 0xFF;
        return (int) Math.rint(from + (to - from) * share) << shift;
    }

    /** In memory: ImageIO's own way goes through a file. */
    private static byte[] encoded(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, "png", out)) {
                throw Problem.broken("IMAGE_WRITER_MISSING", "this Java has no writer for image/png");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
