/** The backbone's embedding of a sample and its record on Kafka. */
@NullMarked
package io.graft.feature;

import org.jspecify.annotations.NullMarked;
