/** Predictions over Kafka: requests in, predictions out, each exactly once. */
@NullMarked
package io.graft.inference.stream;

import org.jspecify.annotations.NullMarked;
