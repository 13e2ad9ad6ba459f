/** The last layer that a run trains: numbers, never code. */
@NullMarked
package io.graft.head;

import org.jspecify.annotations.NullMarked;
