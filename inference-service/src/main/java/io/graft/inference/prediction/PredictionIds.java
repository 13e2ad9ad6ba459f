package io.graft.inference.prediction;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32;

import io.graft.problem.Problem;

/**
 * Names predictions: random UUIDs whose first 32 bits are those of the replica that answered, so that every replica can tell
 * its own.
 */
public final class PredictionIds {

    private static final int OWNER_BITS = 32;

    private final long owner;

    /** @param replica its name, which no other replica has */
    public PredictionIds(String replica) {
        CRC32 hash = new CRC32();
        hash.update(replica.getBytes(StandardCharsets.UTF_8));
        this.owner = hash.getValue();
    }

    String next() {
        UUID random = UUID.randomUUID();
        long low = random.getMostSignificantBits() & ((1L << OWNER_BITS) - 1);
        return new UUID(owner << OWNER_BITS | low, random.getLeastSignificantBits()).toString();
    }

    /** Whether this replica named a prediction so. @throws Problem INVALID when it is no name of a prediction */
    public boolean isOwn(String predictionId) {
        return uuid(predictionId).getMostSignificantBits() >>> OWNER_BITS == owner;
    }

    private static UUID uuid(String predictionId) {
        try {
            UUID uuid = UUID.fromString(predictionId);
            if (uuid.toString().equals(predictionId)) {
                return uuid;
            }
        } catch (IllegalArgumentException e) {
            throw invalid(predictionId);
        }
        throw invalid(predictionId);
    }

    private static Problem invalid(String predictionId) {
        String quoted = predictionId.length() <= 80 ? predictionId : predictionId.substring(0, 80) + "…";
        return Problem.invalid("PREDICTION_ID_INVALID",
                "prediction id '" + quoted + "' is not valid (expected: the predictionId of an answer)");
    }
}
