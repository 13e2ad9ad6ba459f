package io.graft.inference.serving;

import java.nio.charset.StandardCharsets;

import org.apache.kafka.common.utils.Utils;

/**
 * A version that answers a share of the requests: of the same keys always, on every replica, and of more keys when its share
 * grows. Another canary has other keys.
 *
 * @param percent above 0, at most 100
 */
public record CanaryModel(Model model, double percent) {

    private static final double HASHES_PER_PERCENT = (1L << Integer.SIZE) / 100.0;

    boolean takes(String routingKey) {
        String salted = model.card().key() + "/" + routingKey;
        long hash = Integer.toUnsignedLong(Utils.murmur2(salted.getBytes(StandardCharsets.UTF_8)));
        return hash < percent * HASHES_PER_PERCENT;
    }
}
