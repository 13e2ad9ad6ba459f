package io.graft.feature;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.Label;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleKey;
import io.graft.sample.Split;

/**
 * The value of a {@code sample-features} record, little-endian: magic {@code GFT1}, split (1 byte), timestamp (8), digest of
 * the sample (32), digest of the backbone (32), then backbone, precision and label (each a length of 2 bytes and UTF-8),
 * dimension (4) and the numbers (float32). That of a sample with augmented views begins with {@code GFT2}; behind the
 * dimension stands how many views there are (4 bytes, at least 1), and behind the sample's numbers stand those of the views.
 */
public final class FeatureCodec {

    private static final int MAGIC = 0x31544647;
    private static final int MAGIC_WITH_VIEWS = 0x32544647;
    private static final int FIXED_BYTES = 4 + 1 + 8 + 32 + 32 + 3 * 2 + 4;
    private static final int DIGEST_BYTES = 32;
    /** All ones in a number that is infinite or none. */
    private static final int EXPONENT = 0x7F800000;

    private FeatureCodec() {
    }

    public static byte[] encode(Feature feature) {
        byte[] backbone = utf8(feature.backbone().value());
        byte[] precision = utf8(feature.precision());
        byte[] label = utf8(feature.label().value());
        float[] values = feature.embedding().values();
        List<Embedding> views = feature.views();
        int viewCountBytes = views.isEmpty() ? 0 : Integer.BYTES;
        ByteBuffer buffer = ByteBuffer.allocate(FIXED_BYTES + backbone.length + precision.length + label.length
                + viewCountBytes + (1 + views.size()) * values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(views.isEmpty() ? MAGIC : MAGIC_WITH_VIEWS);
        buffer.put(splitCode(feature.split()));
        buffer.putLong(feature.timestampMs());
        buffer.put(HexFormat.of().parseHex(feature.sampleSha256()));
        buffer.put(HexFormat.of().parseHex(feature.backboneSha256()));
        for (byte[] text : new byte[][] { backbone, precision, label }) {
            buffer.putShort((short) text.length).put(text);
        }
        buffer.putInt(values.length);
        if (!views.isEmpty()) {
            buffer.putInt(views.size());
        }
        FloatBuffer numbers = buffer.asFloatBuffer().put(values);
        views.forEach(view -> numbers.put(view.values()));
        return buffer.array();
    }

    /** Reads a record's value. @throws Problem INVALID when it is not of this form */
    public static Feature decode(SampleKey key, byte[] value) {
        return read(key, value).toFeature();
    }

    /** Reads a record's value without copying its numbers. @throws Problem INVALID when it is not of this form */
    public static EncodedFeature read(SampleKey key, byte[] value) {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
            int magic = buffer.getInt();
            if (magic != MAGIC && magic != MAGIC_WITH_VIEWS) {
                throw invalid(key, "does not begin with GFT1 or GFT2");
            }
            Optional<Split> split = split(key, buffer.get());
            long timestampMs = buffer.getLong();
            String sampleSha256 = digest(buffer);
            String backboneSha256 = digest(buffer);
            BackboneId backbone = new BackboneId(text(key, buffer));
            String precision = text(key, buffer);
            Label label = new Label(text(key, buffer));
            int dimension = buffer.getInt();
            int viewCount = magic == MAGIC ? 0 : viewCount(key, buffer.getInt());
            return new EncodedFeature(key, timestampMs, label, split, sampleSha256, backbone, backboneSha256, precision,
                    viewCount, numbers(key, buffer, dimension, viewCount));
        } catch (BufferUnderflowException e) {
            throw invalid(key, "ends after " + value.length + " bytes");
        }
    }

    private static int viewCount(SampleKey key, int viewCount) {
        if (viewCount < 1 || viewCount > Feature.VIEW_COUNT_MAX) {
            throw invalid(key, "has " + viewCount + " views behind GFT2 (expected: 1 to " + Feature.VIEW_COUNT_MAX + ")");
        }
        return viewCount;
    }

    private static ByteBuffer numbers(SampleKey key, ByteBuffer buffer, int dimension, int viewCount) {
        if (dimension < 1 || dimension > SampleContent.Vector.LENGTH_MAX
                || buffer.remaining() != (1L + viewCount) * dimension * Float.BYTES) {
            throw invalid(key, "has " + buffer.remaining() + " bytes for " + (viewCount == 0 ? "" : 1 + viewCount + " × ")
                    + dimension + " numbers");
        }
        for (int at = buffer.position(); at < buffer.limit(); at += Float.BYTES) {
            if ((buffer.getInt(at) & EXPONENT) == EXPONENT) {
                throw invalid(key, "holds " + buffer.getFloat(at) + " (expected: finite numbers)");
            }
        }
        return buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte splitCode(Optional<Split> split) {
        if (split.isEmpty()) {
            return 0;
        }
        return (byte) (split.get() == Split.TRAIN ? 1 : 2);
    }

    private static Optional<Split> split(SampleKey key, byte code) {
        return switch (code) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(Split.TRAIN);
            case 2 -> Optional.of(Split.VALIDATION);
            default -> throw invalid(key, "has the split code " + code + " (expected: 0, 1 or 2)");
        };
    }

    private static String digest(ByteBuffer buffer) {
        byte[] digest = new byte[DIGEST_BYTES];
        buffer.get(digest);
        return HexFormat.of().formatHex(digest);
    }

    private static String text(SampleKey key, ByteBuffer buffer) {
        int length = buffer.getShort() & 0xFFFF;
        if (length > buffer.remaining()) {
            throw invalid(key, "ends within a text of " + length + " bytes");
        }
        byte[] text = new byte[length];
        buffer.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Problem invalid(SampleKey key, String what) {
        return Problem.invalid("FEATURE_INVALID", "feature of sample '" + key + "' " + what);
    }
}
