/** Labelled samples: what people send. */
@NullMarked
package io.graft.sample;

import org.jspecify.annotations.NullMarked;
