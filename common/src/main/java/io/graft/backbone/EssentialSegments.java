package io.graft.backbone;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.graft.sample.SampleContent;

/**
 * An image file without what pixels do not depend on, read in pieces of the original array.
 * <p>
 * Java's JPEG reader converts by an embedded color profile, Pillow does not; its PNG reader inflates texts and profiles, which
 * may grow to a thousand times their size. A file that does not follow its format is passed on from there as it is: the reader
 * refuses it.
 */
final class EssentialSegments {

    private static final int JPEG_SIGNATURE_SIZE = 2;
    private static final int JPEG_COMMENT = 0xFE;
    private static final int JPEG_APPLICATION_0 = 0xE0;
    private static final int JPEG_APPLICATION_15 = 0xEF;
    /** Adobe's: says how the colors are stored. */
    private static final int JPEG_APPLICATION_14 = 0xEE;
    private static final int JPEG_SCAN = 0xDA;
    private static final int PNG_SIGNATURE_SIZE = 8;
    /** Length, type and checksum. */
    private static final int PNG_CHUNK_OVERHEAD = 12;
    /** The bit of a type's first letter that makes it lower case: a reader may ignore the chunk. */
    private static final int PNG_ANCILLARY = 0x20;

    private final byte[] bytes;
    private final ByteBuffer numbers;
    private final List<InputStream> kept = new ArrayList<>();
    private int keptUntil;

    private EssentialSegments(byte[] bytes) {
        this.bytes = bytes;
        this.numbers = ByteBuffer.wrap(bytes);
    }

    static InputStream of(SampleContent.Image image) {
        EssentialSegments segments = new EssentialSegments(image.bytes());
        switch (image.format()) {
            case JPEG -> segments.dropFromJpeg();
            case PNG -> segments.dropFromPng();
        }
        segments.keep(segments.bytes.length);
        return new SequenceInputStream(Collections.enumeration(segments.kept));
    }

    /** Segments up to the first scan: 0xFF, the marker, a length that counts itself, the content. */
    private void dropFromJpeg() {
        int at = JPEG_SIGNATURE_SIZE;
        while (at + 4 <= bytes.length && (bytes[at] & 0xFF) == 0xFF) {
            int marker = bytes[at + 1] & 0xFF;
            int end = at + 2 + Short.toUnsignedInt(numbers.getShort(at + 2));
            if (marker == JPEG_SCAN || end > bytes.length || end < at + 4) {
                return;
            }
            boolean application = marker > JPEG_APPLICATION_0 && marker <= JPEG_APPLICATION_15;
            if (marker == JPEG_COMMENT || (application && marker != JPEG_APPLICATION_14)) {
                drop(at, end);
            }
            at = end;
        }
    }

    /** Chunks: a length, a type of four letters, the content, a checksum. */
    private void dropFromPng() {
        int at = PNG_SIGNATURE_SIZE;
        while (at + PNG_CHUNK_OVERHEAD <= bytes.length) {
            long end = at + PNG_CHUNK_OVERHEAD + Integer.toUnsignedLong(numbers.getInt(at));
            if (end > bytes.length) {
                return;
            }
            if ((bytes[at + 4] & PNG_ANCILLARY) != 0) {
                drop(at, (int) end);
            }
            at = (int) end;
        }
    }

    private void drop(int from, int to) {
        keep(from);
        keptUntil = to;
    }

    private void keep(int to) {
        if (to > keptUntil) {
            kept.add(new ByteArrayInputStream(bytes, keptUntil, to - keptUntil));
        }
    }
}
