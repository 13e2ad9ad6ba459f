package io.graft.sample;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import io.graft.digest.Digests;
import io.graft.problem.Problem;

/** Which side of a training run a sample is on. */
public enum Split {
    TRAIN,
    VALIDATION;

    /** Reads the word of the contract. @throws Problem INVALID */
    public static Split parse(String word) {
        return switch (word) {
            case "train" -> TRAIN;
            case "validation" -> VALIDATION;
            default -> throw Problem.invalid("SAMPLE_SPLIT_INVALID",
                    "split '" + (word.length() <= 80 ? word : word.substring(0, 80) + "…")
                            + "' is not valid (expected: train or validation)");
        };
    }

    /**
     * The side of a sample that does not say: a hash of its key, so that a sample never changes sides while the fraction stays.
     *
     * @param validationFraction 0 up to but not 1
     */
    public static Split ofKey(SampleKey key, double validationFraction) {
        byte[] digest = Digests.sha256(key.toString().getBytes(StandardCharsets.UTF_8));
        double position = (ByteBuffer.wrap(digest).getLong() >>> 11) * 0x1.0p-53;
        return position < validationFraction ? VALIDATION : TRAIN;
    }

    /** The word of the contract. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
