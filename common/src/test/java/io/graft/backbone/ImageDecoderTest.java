package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Point;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

import org.junit.jupiter.api.Test;

import io.graft.problem.Problem;
import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;

class ImageDecoderTest {

    private static final int MUTATION_COUNT = 10_000;

    private final ImageDecoder decoder = new ImageDecoder(1 << 20, 1 << 20);

    @Test
    void decodesColors() {
        // Given
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_3BYTE_BGR);
        image.setRGB(0, 0, 0x0A141E);
        image.setRGB(1, 0, 0xFF8001);
        // When
        Pixels pixels = decoder.decode(DrawnImage.png(image));
        // Then
        assertThat(pixels.width()).isEqualTo(2);
        assertThat(pixels.height()).isEqualTo(1);
        assertThat(rgb(pixels)).containsExactly(10, 20, 30, 255, 128, 1);
    }

    @Test
    void decodesJpeg() {
        // Given
        BufferedImage image = DrawnImage.gradient(64, 48, BufferedImage.TYPE_3BYTE_BGR);
        // When
        int[] decoded = rgb(decoder.decode(DrawnImage.jpeg(image)));
        // Then
        int[] drawn = rgb(decoder.decode(DrawnImage.png(image)));
        assertThat(decoded).hasSameSizeAs(drawn);
        for (int i = 0; i < drawn.length; i++) {
            assertThat(decoded[i]).isCloseTo(drawn[i], within(24));
        }
    }

    @Test
    void repeatsGreyAsItIsStored() {
        // Given
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, 100);
        image.getRaster().setSample(1, 0, 0, 200);
        // When
        Pixels pixels = decoder.decode(DrawnImage.png(image));
        // Then
        assertThat(rgb(pixels)).containsExactly(100, 100, 100, 200, 200, 200);
    }

    @Test
    void keepsTheUpperHalfOfSixteenBits() {
        // Given
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setSample(0, 0, 0, 0x64FF);
        // When
        Pixels pixels = decoder.decode(DrawnImage.png(image));
        // Then
        assertThat(rgb(pixels)).containsExactly(100, 100, 100);
    }

    @Test
    void keepsTheUpperHalfOfSixteenBitColors() {
        // Given
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 1, 1, 3, new Point());
        raster.setPixel(0, 0, new int[] { 0x0AFF, 0x1400, 0x1EFF });
        BufferedImage image = new BufferedImage(
                new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false,
                        ComponentColorModel.OPAQUE, DataBuffer.TYPE_USHORT),
                raster, false, null);
        // When
        Pixels pixels = decoder.decode(DrawnImage.png(image));
        // Then
        assertThat(rgb(pixels)).containsExactly(10, 20, 30);
    }

    @Test
    void dropsAlphaWithoutBlending() {
        // Given
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x000A141E);
        image.setRGB(1, 0, 0x80FF8001);
        // When
        Pixels pixels = decoder.decode(DrawnImage.png(image));
        // Then
        assertThat(rgb(pixels)).containsExactly(10, 20, 30, 255, 128, 1);
    }

    @Test
    void looksUpAPalette() {
        // Given
        byte[] reds = { 10, (byte) 255 };
        byte[] greens = { 20, (byte) 128 };
        byte[] blues = { 30, 1 };
        byte[] alphas = { 0, (byte) 255 };
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY,
                new IndexColorModel(1, 2, reds, greens, blues, alphas));
        image.getRaster().setSample(1, 0, 0, 1);
        // When
        Pixels pixels = decoder.decode(DrawnImage.png(image));
        // Then
        assertThat(rgb(pixels)).containsExactly(10, 20, 30, 255, 128, 1);
    }

    @Test
    void refusesAFileOfAnotherFormat() {
        // Given
        byte[] gif = "GIF89a\001\000\001\000\000\000\000;".getBytes(StandardCharsets.ISO_8859_1);
        // When
        // Then
        assertThatThrownBy(() -> decoder.decode(new SampleContent.Image(gif, ImageFormat.JPEG))).isInstanceOf(Problem.class)
                .hasMessage("image cannot be decoded as image/jpeg: Not a JPEG file: starts with 0x47 0x49")
                .extracting(e -> ((Problem) e).code()).isEqualTo("SAMPLE_IMAGE_UNREADABLE");
    }

    @Test
    void refusesATruncatedJpeg() {
        // Given
        byte[] whole = DrawnImage.jpeg(DrawnImage.gradient(200, 200, BufferedImage.TYPE_3BYTE_BGR)).bytes();
        byte[] truncated = Arrays.copyOf(whole, whole.length * 3 / 4);
        // When
        // Then
        assertThatThrownBy(() -> decoder.decode(new SampleContent.Image(truncated, ImageFormat.JPEG)))
                .isInstanceOf(Problem.class).hasMessage("image cannot be decoded as image/jpeg: the file is truncated");
    }

    @Test
    void refusesATruncatedPng() {
        // Given
        byte[] whole = DrawnImage.png(DrawnImage.gradient(200, 200, BufferedImage.TYPE_3BYTE_BGR)).bytes();
        byte[] truncated = Arrays.copyOf(whole, whole.length * 3 / 4);
        // When
        // Then
        assertThatThrownBy(() -> decoder.decode(new SampleContent.Image(truncated, ImageFormat.PNG)))
                .isInstanceOf(Problem.class).hasMessageStartingWith("image cannot be decoded as image/png: ");
    }

    @Test
    void refusesTooManyBytes() {
        // Given
        byte[] zeros = new byte[(1 << 20) + 1];
        // When
        // Then
        assertThatThrownBy(() -> decoder.decode(new SampleContent.Image(zeros, ImageFormat.PNG))).isInstanceOf(Problem.class)
                .hasMessage("image has 1048577 bytes (expected: at most 1048576)")
                .extracting(e -> ((Problem) e).code()).isEqualTo("SAMPLE_IMAGE_TOO_LARGE");
    }

    @Test
    void refusesTooManyPixelsBeforeItDecodesThem() {
        // Given
        byte[] png = DrawnImage.png(new BufferedImage(1, 1, BufferedImage.TYPE_3BYTE_BGR)).bytes();
        ByteBuffer.wrap(png).putInt(16, 50_000).putInt(20, 50_000).putInt(29, checksum(png, 12, 29));
        // When
        // Then
        assertThatThrownBy(() -> decoder.decode(new SampleContent.Image(png, ImageFormat.PNG))).isInstanceOf(Problem.class)
                .hasMessage("image is 50000 × 50000 pixels (expected: at most 1048576 in all)")
                .extracting(e -> ((Problem) e).code()).isEqualTo("SAMPLE_IMAGE_TOO_LARGE");
    }

    @Test
    void decodesAProgressiveJpeg() {
        // Given
        SampleContent.Image image = DrawnImage.progressive(DrawnImage.gradient(64, 48, BufferedImage.TYPE_3BYTE_BGR));
        // When
        Pixels pixels = decoder.decode(image);
        // Then
        assertThat(pixels.width()).isEqualTo(64);
        assertThat(JpegScans.count(image.bytes())).isEqualTo(10);
    }

    @Test
    void refusesAJpegOfMoreScansThanAnyEncoderWrites() {
        // Given
        SampleContent.Image image = withScans(DrawnImage.gradient(16, 16, BufferedImage.TYPE_BYTE_GRAY), 1_000);
        // When
        // Then
        assertThatThrownBy(() -> decoder.decode(image)).isInstanceOf(Problem.class)
                .hasMessage("image has 1000 scans (expected: at most 100)")
                .extracting(e -> ((Problem) e).code()).isEqualTo("SAMPLE_IMAGE_TOO_LARGE");
    }

    @Test
    void refusesALargeJpegOfManyScans() {
        // Given
        BufferedImage gradient = DrawnImage.gradient(1_000, 1_000, BufferedImage.TYPE_BYTE_GRAY);
        SampleContent.Image most = withScans(gradient, 20);
        SampleContent.Image more = withScans(gradient, 21);
        // When
        Pixels pixels = decoder.decode(most);
        // Then
        assertThat(pixels.width()).isEqualTo(1_000);
        assertThatThrownBy(() -> decoder.decode(more)).isInstanceOf(Problem.class)
                .hasMessage("image is 1000 × 1000 pixels in 21 scans (expected: at most 20971520 over all scans)");
    }

    @Test
    void countsNoScanInWhatFollowsTheImage() {
        // Given: a film behind the picture, as telephones write it
        byte[] picture = DrawnImage.jpeg(DrawnImage.gradient(64, 48, BufferedImage.TYPE_3BYTE_BGR)).bytes();
        byte[] film = new byte[1 << 19];
        new Random(7).nextBytes(film);
        byte[] both = ByteBuffer.allocate(picture.length + film.length).put(picture).put(film).array();
        // When
        Pixels pixels = decoder.decode(new SampleContent.Image(both, ImageFormat.JPEG));
        // Then
        assertThat(pixels.width()).isEqualTo(64);
        assertThat(JpegScans.count(both)).isEqualTo(1);
    }

    @Test
    void doesNotInflateTheTextOfAPng() throws IOException {
        // Given
        byte[] palette = DrawnImage.png(new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED)).bytes();
        byte[] bomb = withChunk(palette, "zTXt", textThatInflatesTo(1 << 30));
        // When
        Pixels pixels = new ImageDecoder(8 << 20, 1 << 20).decode(new SampleContent.Image(bomb, ImageFormat.PNG));
        // Then
        assertThat(pixels.width()).isEqualTo(2);
    }

    @Test
    void answersEveryMutationOfAFileWithPixelsOrAnInvalidProblem() {
        // Given
        SampleContent.Image[] valid = { DrawnImage.jpeg(DrawnImage.gradient(40, 30, BufferedImage.TYPE_3BYTE_BGR)),
                DrawnImage.png(DrawnImage.gradient(40, 30, BufferedImage.TYPE_3BYTE_BGR)),
                DrawnImage.png(DrawnImage.gradient(40, 30, BufferedImage.TYPE_BYTE_INDEXED)) };
        Random random = new Random(3);
        int accepted = 0;
        int refused = 0;
        // When
        for (int i = 0; i < MUTATION_COUNT; i++) {
            SampleContent.Image image = valid[i % valid.length];
            try {
                decoder.decode(new SampleContent.Image(mutated(image.bytes(), random), image.format()));
                accepted++;
            } catch (Problem e) {
                assertThat(e.code()).startsWith("SAMPLE_IMAGE_");
                refused++;
            }
        }
        // Then
        assertThat(accepted).isGreaterThan(MUTATION_COUNT / 20);
        assertThat(refused).isGreaterThan(MUTATION_COUNT / 20);
    }

    /** A progressive file whose last scan, which adds nothing to itself, comes again and again. */
    private static SampleContent.Image withScans(BufferedImage image, int scanCount) {
        byte[] jpeg = DrawnImage.progressive(image).bytes();
        int end = jpeg.length - 2;
        int last = end;
        while ((jpeg[last] & 0xFF) != 0xFF || (jpeg[last + 1] & 0xFF) != 0xDA) {
            last--;
        }
        int repeatCount = scanCount - JpegScans.count(jpeg);
        ByteBuffer file = ByteBuffer.allocate(jpeg.length + repeatCount * (end - last)).put(jpeg, 0, end);
        for (int i = 0; i < repeatCount; i++) {
            file.put(jpeg, last, end - last);
        }
        return new SampleContent.Image(file.put(jpeg, end, 2).array(), ImageFormat.JPEG);
    }

    private static byte[] mutated(byte[] valid, Random random) {
        if (random.nextInt(4) == 0) {
            return Arrays.copyOf(valid, random.nextInt(valid.length));
        }
        byte[] mutated = valid.clone();
        int from = random.nextBoolean() ? Math.min(200, valid.length) : valid.length;
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            mutated[random.nextInt(from)] = (byte) random.nextInt(256);
        }
        return mutated;
    }

    private static byte[] textThatInflatesTo(int size) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write("Comment\0\0".getBytes(StandardCharsets.ISO_8859_1));
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(text)) {
            byte[] zeros = new byte[1 << 20];
            for (int written = 0; written < size; written += zeros.length) {
                deflater.write(zeros);
            }
        }
        return text.toByteArray();
    }

    /** Behind the first chunk, which is IHDR: 8 bytes of signature and 25 of the chunk. */
    private static byte[] withChunk(byte[] png, String type, byte[] content) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.write(png, 0, 33);
        byte[] typed = ByteBuffer.allocate(4 + content.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(content)
                .array();
        out.writeInt(content.length);
        out.write(typed);
        out.writeInt(checksum(typed, 0, typed.length));
        out.write(png, 33, png.length - 33);
        return file.toByteArray();
    }

    private static int checksum(byte[] bytes, int from, int to) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes, from, to - from);
        return (int) checksum.getValue();
    }

    static int[] rgb(Pixels pixels) {
        int[] rgb = new int[pixels.width() * pixels.height() * 3];
        for (int i = 0; i < rgb.length; i++) {
            int channel = pixels.blueFirst() ? i - i % 3 + 2 - i % 3 : i;
            rgb[i] = pixels.bytes()[channel] & 0xFF;
        }
        return rgb;
    }
}
