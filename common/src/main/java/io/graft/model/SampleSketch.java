package io.graft.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.function.Predicate;

import io.graft.digest.Digests;
import io.graft.id.SampleId;
import io.graft.problem.Problem;

/**
 * Which samples made a version, as a Bloom filter over their ids: a sample that did is always found, one that did not is found
 * by mistake now and then.
 * <p>
 * A sample sets the bits {@code (a + i × b) mod 2^64 mod bitCount} for i from 0 up to hashCount, where a and b are the
 * first two big-endian 64-bit numbers, without sign, of the SHA-256 of its id in UTF-8, and b is made odd by setting its last
 * bit (double hashing: Kirsch and Mitzenmacher, "Less Hashing, Same Performance", 2008). Bit n is bit {@code n mod 8}, from the
 * least, of byte {@code n / 8}.
 * <p>
 * A sample has {@value #BITS_PER_SAMPLE} bits and {@value #HASH_COUNT_MAX} hashes: 1 % of the others are found by mistake.
 * Above 52,428 samples the filter grows no more: 8 % at 100,000 samples, 29 % at 200,000, and nearly all of them at a million.
 *
 * @param format {@value #BLOOM}
 * @param bitCount a multiple of 8, up to {@value #BIT_COUNT_MAX}
 * @param hashCount 1 to {@value #HASH_COUNT_MAX}
 * @param data base64 of the bits
 */
public record SampleSketch(String format, int bitCount, int hashCount, String data) {

    public static final String BLOOM = "bloom";
    public static final int BITS_PER_SAMPLE = 10;
    public static final int HASH_COUNT_MAX = 7;
    /** 64 KiB. */
    public static final int BIT_COUNT_MAX = 64 * 1024 * 8;

    public SampleSketch {
        require(format.equals(BLOOM), "format '" + format + "'", BLOOM);
        require(bitCount >= 8 && bitCount <= BIT_COUNT_MAX && bitCount % 8 == 0, "bitCount " + bitCount,
                "a multiple of 8 up to " + BIT_COUNT_MAX);
        require(hashCount >= 1 && hashCount <= HASH_COUNT_MAX, "hashCount " + hashCount, "1 to " + HASH_COUNT_MAX);
        require(data.length() == (bitCount / 8 + 2) / 3 * 4, "data of " + data.length() + " characters",
                "the base64 of " + bitCount / 8 + " bytes");
        int length = decode(data).length;
        require(length == bitCount / 8, "data of " + length + " bytes", bitCount / 8 + " bytes");
    }

    private static void require(boolean valid, String what, String expected) {
        if (!valid) {
            throw Problem.invalid("SAMPLE_SKETCH_INVALID", "sample sketch has " + what + " (expected: " + expected + ")");
        }
    }

    private static byte[] decode(String data) {
        try {
            return Base64.getDecoder().decode(data);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("SAMPLE_SKETCH_INVALID", "sample sketch has data that is no base64: " + e.getMessage(), e);
        }
    }

    /** A sketch of these samples. */
    public static SampleSketch of(Collection<SampleId> samples) {
        long wanted = Math.max(64, (long) samples.size() * BITS_PER_SAMPLE);
        int bitCount = (int) Math.min(BIT_COUNT_MAX, (wanted + 7) / 8 * 8);
        int hashCount = hashCount((double) bitCount / Math.max(1, samples.size()));
        byte[] bits = new byte[bitCount / 8];
        for (SampleId sample : samples) {
            for (int bit : positions(sample, bitCount, hashCount)) {
                bits[bit / 8] |= (byte) (1 << bit % 8);
            }
        }
        return new SampleSketch(BLOOM, bitCount, hashCount, Base64.getEncoder().encodeToString(bits));
    }

    /** The number with the fewest mistakes for so many bits a sample: ln 2 of them. */
    private static int hashCount(double bitsPerSample) {
        return (int) Math.max(1, Math.min(HASH_COUNT_MAX, Math.round(bitsPerSample * Math.log(2))));
    }

    private static int[] positions(SampleId sample, int bitCount, int hashCount) {
        ByteBuffer digest = ByteBuffer.wrap(Digests.sha256(sample.value().getBytes(StandardCharsets.UTF_8)));
        long position = digest.getLong();
        long step = digest.getLong() | 1;
        int[] positions = new int[hashCount];
        for (int i = 0; i < hashCount; i++) {
            positions[i] = (int) Long.remainderUnsigned(position, bitCount);
            position += step;
        }
        return positions;
    }

    /**
     * Whether a sample may be one of those that the sketch is of. Decodes the bits once, for any number of questions, and holds
     * them alone: three quarters of the sketch.
     */
    public Predicate<SampleId> membership() {
        return membership(decode(data), bitCount, hashCount);
    }

    private static Predicate<SampleId> membership(byte[] bits, int bitCount, int hashCount) {
        return sample -> {
            for (int bit : positions(sample, bitCount, hashCount)) {
                if ((bits[bit / 8] & 1 << bit % 8) == 0) {
                    return false;
                }
            }
            return true;
        };
    }
}
