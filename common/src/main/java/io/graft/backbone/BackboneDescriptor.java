package io.graft.backbone;

import io.graft.id.BackboneId;

/**
 * What identifies a backbone's features.
 *
 * @param id its name in requests and events
 * @param sha256 digest over architecture, weights and preprocessing, 64 hex digits: features of different digests never mix
 * @param dimension numbers in a feature
 * @param architecture {@code resnet18}, …, or {@code identity}
 * @param precision what the forward pass computes in: {@code float32}, {@code bfloat16} or {@code float16}
 * @param device where it runs: {@code cpu} or {@code gpu}
 */
public record BackboneDescriptor(BackboneId id, String sha256, int dimension, String architecture, String precision,
        String device) {
}
