/** Digests of files. */
@NullMarked
package io.graft.digest;

import org.jspecify.annotations.NullMarked;
