/** From content to prediction: decode, batch, embed, score. */
@NullMarked
package io.graft.inference.prediction;

import org.jspecify.annotations.NullMarked;
