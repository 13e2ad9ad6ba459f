package io.graft.trainer.rest;

/**
 * Says that an event was written; what comes of it is seen elsewhere.
 *
 * @param topic where it was written
 * @param key of its record
 */
record Accepted(String topic, String key) {
}
