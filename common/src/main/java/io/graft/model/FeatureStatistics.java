package io.graft.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

import io.graft.problem.Problem;

/**
 * Where the features lie that a head was trained on.
 *
 * @param mean base64 of little-endian float32, [dimension]
 * @param deviation likewise, above 0; 1 for a number that does not vary
 */
public record FeatureStatistics(String mean, String deviation) {

    public FeatureStatistics {
        require("mean", mean);
        require("deviation", deviation);
    }

    private static void require(String field, @Nullable String base64) {
        if (base64 == null) {
            throw FeatureDistribution.invalid("has no " + field + " (expected: mean and deviation)");
        }
    }

    /** Of numbers, [dimension] each. */
    public static FeatureStatistics of(float[] mean, float[] deviation) {
        return new FeatureStatistics(base64(mean), base64(deviation));
    }

    /**
     * The same as numbers.
     *
     * @throws Problem INVALID {@code MODEL_FEATURE_STATISTICS_INVALID}
     */
    public FeatureDistribution toDistribution(int dimension) {
        return new FeatureDistribution(numbers("mean", mean, dimension), numbers("deviation", deviation, dimension));
    }

    private static String base64(float[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static float[] numbers(String field, String base64, int dimension) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("MODEL_FEATURE_STATISTICS_INVALID", "featureStatistics " + field + " is not base64", e);
        }
        if (bytes.length != dimension * Float.BYTES) {
            throw FeatureDistribution.invalid(
                    field + " has " + bytes.length + " bytes (expected: " + dimension + " float32 numbers)");
        }
        float[] numbers = new float[dimension];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
        return numbers;
    }
}
