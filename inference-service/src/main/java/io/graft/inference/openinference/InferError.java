package io.graft.inference.openinference;

/**
 * What the protocol answers when something is wrong.
 *
 * @param error what, and where
 * @param code as of {@code application/problem+json}; the protocol lets servers say more
 */
public record InferError(String error, String code) {
}
