package io.graft.inference;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;

import javax.imageio.ImageIO;

/** Images of two kinds, drawn here: a disc, and stripes. */
final class Drawings {

    static final String DISC = "disc";
    static final String STRIPES = "stripes";

    private Drawings() {
    }

    static byte[] png(String kind, long seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(160, 160, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.getHSBColor(random.nextFloat(), 0.3f, 0.9f));
        graphics.fillRect(0, 0, 160, 160);
        graphics.setColor(Color.getHSBColor(random.nextFloat(), 0.9f, 0.5f));
        if (kind.equals(DISC)) {
            graphics.fillOval(30 + random.nextInt(20), 30 + random.nextInt(20), 70 + random.nextInt(20),
                    70 + random.nextInt(20));
        } else {
            for (int x = random.nextInt(8); x < 160; x += 16) {
                graphics.fillRect(x, 0, 8, 160);
            }
        }
        graphics.dispose();
        return encode(image, "png");
    }

    static byte[] encode(BufferedImage image, String format) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            ImageIO.write(image, format, out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
