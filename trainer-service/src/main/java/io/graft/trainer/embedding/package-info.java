/** Labelled samples to features: the first stage of the trainer. */
@NullMarked
package io.graft.trainer.embedding;

import org.jspecify.annotations.NullMarked;
