/** Digests, of whatever has one. */
@NullMarked
package io.graft.digest;

import org.jspecify.annotations.NullMarked;
