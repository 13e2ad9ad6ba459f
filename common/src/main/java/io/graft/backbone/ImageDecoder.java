package io.graft.backbone;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

import io.graft.problem.Problem;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;

/**
 * Decodes JPEG and PNG as Pillow's {@code convert("RGB")} does: grey is repeated, a palette is looked up, alpha is dropped and
 * not blended. Of 16 bits the upper 8 are kept, for grey too, where Pillow clips.
 */
final class ImageDecoder {

    /** Encoders write up to 20. */
    private static final int SCAN_COUNT_MAX = 100;
    /** Of an image of the most pixels. */
    private static final int WHOLE_SCAN_COUNT_MAX = 20;

    private final int sizeBytesMax;
    private final int pixelCountMax;

    /**
     * @param pixelCountMax width × height, checked before anything of that size is allocated; over all scans of a JPEG, 20
     *        times as many
     */
    ImageDecoder(int sizeBytesMax, int pixelCountMax) {
        this.sizeBytesMax = sizeBytesMax;
        this.pixelCountMax = pixelCountMax;
    }

    /**
     * @throws Problem INVALID {@code SAMPLE_IMAGE_TOO_LARGE} when it has too many bytes, pixels or scans,
     *         {@code SAMPLE_IMAGE_UNREADABLE} when it is broken, truncated or of another format than it says
     */
    Pixels decode(SampleContent.Image image) {
        if (image.bytes().length > sizeBytesMax) {
            throw tooLarge("has " + image.bytes().length + " bytes (expected: at most " + sizeBytesMax + ")");
        }
        int scanCount = image.format() == ImageFormat.JPEG ? JpegScans.count(image.bytes()) : 1;
        if (scanCount > SCAN_COUNT_MAX) {
            throw tooLarge("has " + scanCount + " scans (expected: at most " + SCAN_COUNT_MAX + ")");
        }
        ImageReader reader = reader(image.format());
        try (ImageInputStream stream = new MemoryCacheImageInputStream(EssentialSegments.of(image))) {
            return rgb(read(reader, stream, scanCount));
        } catch (Problem e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The readers answer broken files with about ten different runtime exceptions.
            throw unreadable(image.format(), e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    /** Holds a decoded image against the same bound. @throws Problem INVALID {@code SAMPLE_IMAGE_TOO_LARGE} */
    Pixels check(SampleContent.Raster raster) {
        requirePixelCount(raster.width(), raster.height());
        return new Pixels(raster.bytes(), raster.width(), raster.height(), false);
    }

    private static ImageReader reader(ImageFormat format) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.name().toLowerCase(Locale.ROOT));
        if (!readers.hasNext()) {
            throw Problem.broken("IMAGE_READER_MISSING", "this Java has no reader for " + format.contentType());
        }
        return readers.next();
    }

    private BufferedImage read(ImageReader reader, ImageInputStream stream, int scanCount) throws IOException {
        reader.setInput(stream, true, true);
        requirePixelCount(reader.getWidth(0), reader.getHeight(0));
        requireScannedPixelCount(reader.getWidth(0), reader.getHeight(0), scanCount);
        TruncationListener truncation = new TruncationListener();
        reader.addIIOReadWarningListener(truncation);
        BufferedImage decoded = reader.read(0);
        truncation.requireWhole();
        return decoded;
    }

    private void requirePixelCount(int width, int height) {
        if ((long) width * height > pixelCountMax) {
            throw tooLarge("is " + width + " × " + height + " pixels (expected: at most " + pixelCountMax + " in all)");
        }
    }

    private void requireScannedPixelCount(int width, int height, int scanCount) {
        long max = (long) WHOLE_SCAN_COUNT_MAX * pixelCountMax;
        if ((long) width * height * scanCount > max) {
            throw tooLarge("is " + width + " × " + height + " pixels in " + scanCount + " scans (expected: at most " + max
                    + " over all scans)");
        }
    }

    private static Pixels rgb(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
            return new Pixels(((DataBufferByte) image.getRaster().getDataBuffer()).getData(), width, height, true);
        }
        byte[] rgb = new byte[width * height * 3];
        ColorModel colors = image.getColorModel();
        if (colors instanceof ComponentColorModel components) {
            copySamples(image.getRaster(), components.getComponentSize(0) - 8, rgb);
        } else {
            copyColors(image, rgb);
        }
        return new Pixels(rgb, width, height, false);
    }

    /** The numbers as they are stored: ImageIO's own conversion would brighten grey as if it were linear light. */
    private static void copySamples(Raster raster, int shift, byte[] rgb) {
        int bands = raster.getNumBands();
        int green = bands < 3 ? 0 : 1;
        int blue = bands < 3 ? 0 : 2;
        int width = raster.getWidth();
        int[] row = new int[width * bands];
        int out = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int in = 0; in < row.length; in += bands) {
                rgb[out++] = (byte) (row[in] >> shift);
                rgb[out++] = (byte) (row[in + green] >> shift);
                rgb[out++] = (byte) (row[in + blue] >> shift);
            }
        }
    }

    /** A palette's colors, or packed ones. */
    private static void copyColors(BufferedImage image, byte[] rgb) {
        int width = image.getWidth();
        int[] row = new int[width];
        int out = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int color : row) {
                rgb[out++] = (byte) (color >> 16);
                rgb[out++] = (byte) (color >> 8);
                rgb[out++] = (byte) color;
            }
        }
    }

    private static Problem tooLarge(String what) {
        return Problem.invalid("SAMPLE_IMAGE_TOO_LARGE", "image " + what);
    }

    private static Problem unreadable(ImageFormat format, String why, Exception cause) {
        return Problem.invalid("SAMPLE_IMAGE_UNREADABLE", "image cannot be decoded as " + format.contentType() + ": " + why,
                cause);
    }
}
