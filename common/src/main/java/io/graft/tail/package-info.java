/** The last blocks of a backbone that a version may have of its own: numbers, never code. */
@NullMarked
package io.graft.tail;

import org.jspecify.annotations.NullMarked;
