package io.graft.backbone;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;

/** Images that a test draws itself, and their files. */
final class DrawnImage {

    private DrawnImage() {
    }

    /** Smooth in every channel, so that JPEG keeps it nearly as it is. */
    static BufferedImage gradient(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, 0xFF000000 | red(x, width) << 16 | green(y, height) << 8 | (x + y) % 256 / 2);
            }
        }
        return image;
    }

    static int red(int x, int width) {
        return 255 * x / width;
    }

    static int green(int y, int height) {
        return 255 * y / height;
    }

    static SampleContent.Image png(BufferedImage image) {
        return new SampleContent.Image(file(image, "png"), ImageFormat.PNG);
    }

    static SampleContent.Image jpeg(BufferedImage image) {
        return new SampleContent.Image(file(image, "jpeg"), ImageFormat.JPEG);
    }

    /** A JPEG in several scans. */
    static SampleContent.Image progressive(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam progressive = writer.getDefaultWriteParam();
        progressive.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), progressive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return new SampleContent.Image(file.toByteArray(), ImageFormat.JPEG);
    }

    private static byte[] file(BufferedImage image, String format) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, file)) {
                throw new IllegalArgumentException("no writer of " + format + " for image type " + image.getType());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }
}
