package io.graft.backbone;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import io.graft.digest.Digests;
import io.graft.sample.SampleKey;

/**
 * An augmented view of an image: a random part of it, resized to the whole input and mirrored half of the time.
 * <p>
 * The part is drawn as torchvision's {@code RandomResizedCrop} draws it: 0.08 to 1 of the area, a ratio of 3/4 to
 * 4/3, the middle where ten draws do not fit. Its numbers come from {@link Random}, whose algorithm is specified, seeded with
 * the first eight bytes, big-endian, of the SHA-256 of {@code task/sampleId}, a zero byte and the number in decimal, all in
 * UTF-8: a view is the same on every machine, whatever came before it.
 *
 * @param number 1 and up
 */
public record View(SampleKey sample, int number) {

    private static final double AREA_MIN = 0.08;
    private static final double RATIO_MIN = 3.0 / 4;
    private static final double RATIO_MAX = 4.0 / 3;
    private static final int DRAWS_MAX = 10;

    public View {
        if (number < 1) {
            throw new IllegalArgumentException("view number is " + number + " (expected: at least 1)");
        }
    }

    /** What it shows of an image of this size. */
    Crop crop(int width, int height) {
        Random random = new Random(seed());
        boolean mirrored = random.nextBoolean();
        double ratioLogMin = StrictMath.log(RATIO_MIN);
        double ratioLogMax = StrictMath.log(RATIO_MAX);
        for (int draw = 0; draw < DRAWS_MAX; draw++) {
            double area = (double) width * height * (AREA_MIN + (1 - AREA_MIN) * random.nextDouble());
            double ratio = StrictMath.exp(ratioLogMin + (ratioLogMax - ratioLogMin) * random.nextDouble());
            long cropWidth = (long) StrictMath.rint(Math.sqrt(area * ratio));
            long cropHeight = (long) StrictMath.rint(Math.sqrt(area / ratio));
            if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height) {
                int top = random.nextInt(height - (int) cropHeight + 1);
                int left = random.nextInt(width - (int) cropWidth + 1);
                return new Crop(left, top, (int) cropWidth, (int) cropHeight, mirrored);
            }
        }
        return middle(width, height, mirrored);
    }

    private long seed() {
        byte[] text = (sample + "\0" + number).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(Digests.sha256(text)).getLong();
    }

    /** The largest part in the middle whose ratio is allowed. */
    private static Crop middle(int width, int height, boolean mirrored) {
        double ratio = (double) width / height;
        int cropWidth = ratio > RATIO_MAX ? (int) StrictMath.rint(height * RATIO_MAX) : width;
        int cropHeight = ratio < RATIO_MIN ? (int) StrictMath.rint(width / RATIO_MIN) : height;
        return new Crop((width - cropWidth) / 2, (height - cropHeight) / 2, cropWidth, cropHeight, mirrored);
    }
}
