package io.graft.problem;

/**
 * What kind of trouble a {@link Problem} is, which decides what its door does with it: a REST door maps it to a status, a Kafka
 * door to a dead letter, a retry or a stop.
 */
public enum ProblemType {
    /** The caller sent something wrong: 400, or a dead letter. */
    INVALID,
    /** What the caller named does not exist: 404, or a dead letter. */
    MISSING,
    /** There is no room at this moment: 503 with {@code Retry-After}, or a retry. */
    BUSY,
    /** The software or its surroundings are broken: 500, or a stop. */
    BROKEN
}
